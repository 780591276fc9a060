-- The numbers of the events of a log, in order. {rows} whose they are, where there are others.
select e.seq_id from {events}.mt_events as e {rows_of_events}
union
select a.seq_id from {ledger}.chrono_archive as a {rows_of_archive}
order by 1
