-- Makes a stream without events: $1 its name. One that is there already stays.
insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
values ($1, 0, clock_timestamp(), clock_timestamp(), '*DEFAULT*', false)
on conflict do nothing
