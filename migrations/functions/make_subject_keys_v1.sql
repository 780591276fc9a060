-- Makes keys for subjects that have never had one. The database chooses them, so that who may make keys knows none before, and cannot have personal data encrypted with one
-- that is known already.
--   p_subjects  the subjects
-- Result: nothing.
create or replace function {ledger}.make_subject_keys_v1(p_subjects text[])
returns void
language sql
volatile
as $function$
    -- 122 random bits each, from the source that the server has for keys.
    insert into {ledger}.subject_key (subject, key, created_at)
    select n.subject, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), now()
    from unnest(p_subjects) as n (subject)
    order by n.subject collate "C"
    on conflict do nothing
$function$;
