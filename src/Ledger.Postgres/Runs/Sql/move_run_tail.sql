-- Moves the number up to which readers have brought the summaries up to date: $1.
update {ledger}.run_tail as t set seq = $1
