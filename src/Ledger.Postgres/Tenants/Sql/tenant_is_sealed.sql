-- Whether events of the log are sealed, by their numbers.
select exists (select from {ledger}.seal_head as h where h.size > 0)
