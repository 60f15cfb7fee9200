"""The workbench of those who take part in a case: officers, firms, experts, council, finance, auditors."""
