-- Destroys the key of a subject; the row stays, so that no other key is made. $1 the subject. One row: whether it had a key, as the statement found it.
insert into {ledger}.subject_key as k (subject, key, created_at, forgotten_at)
values ($1, null, now(), now())
on conflict ({tenant_key}subject) do update
set key = null,
    forgotten_at = coalesce(k.forgotten_at, now())
returning coalesce((select o.key is not null from {ledger}.subject_key as o where o.subject = $1), false)
