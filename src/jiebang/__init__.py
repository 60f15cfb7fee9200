"""揭榜 Jiebang: open-bid challenges, races and bounties, run under a city's own regulation."""
