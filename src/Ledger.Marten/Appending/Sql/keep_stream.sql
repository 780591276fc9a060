-- Creates a stream that gets no events, so that a session which does nothing else has something to save. The name.
insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
values (?::text, 0, clock_timestamp(), clock_timestamp(), {tenant}, false)
on conflict do nothing
