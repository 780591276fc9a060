-- Notes where the archives of a run of retention are: $1 the run, $2 the folder.
update {ledger}.retention_run as r
set folder = $2
where r.id = $1
