-- Says whether a database takes more tenants: $1 the name, $2 whether it is full.
update {events}.mt_database_pool as p
set is_full = $2
where p.database_id = $1
