-- Where a run of retention has its archives: the whole path of the folder, as the program that ran it named it. Null for runs of before.
alter table {ledger}.retention_run add column folder text;

-- Lists ask of each task and branch whether retention is removing or restoring all of it; few streams are, and most of the time none is.
create index ix_retention_stream_hidden on {ledger}.retention_stream (stream) where kept = 0 and state in ('removing', 'restoring');
