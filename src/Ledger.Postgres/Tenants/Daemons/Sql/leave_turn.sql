-- Leaves a session as it was opened: of no tenant, with its role, without locks, settings and temporary tables that were made for one.
select pg_advisory_unlock_all();
reset role;
unlisten *;
reset all;
discard temp
