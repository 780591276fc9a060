-- Where a run of retention has its archives: the whole path of the folder, as the program that ran it named it. Null for runs of before.
alter table {ledger}.retention_run add column folder text;
