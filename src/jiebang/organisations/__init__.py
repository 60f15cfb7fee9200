"""Who there is: authorities, organisations, people, what each may act as, and the programmes that bureaus run."""
