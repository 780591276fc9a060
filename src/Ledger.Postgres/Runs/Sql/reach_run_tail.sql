-- Notes that the summaries of all runs stand for the events up to a number: $1; some may have been brought further.
update {ledger}.run_tail as t set seq = greatest(t.seq, $1)
