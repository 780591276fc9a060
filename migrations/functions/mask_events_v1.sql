-- Replaces payloads, deletes their salts from the seal, and removes them from tags, dead letters and errors of projections. What else is derived follows by the
-- triggers on updates at the end of the transaction; see apply_rewritten_events_v1. The caller has taken the locks by lock_masked_v1, has appended the events event.masked,
-- and rolls back if it is false. A payload may become any that has less in it, and no other (LG031): else a masking could make what the seal proves into something else.
-- So is one of a payload that another program has replaced, if the event event.masked does not say that it was: what is left of such a one was no part of what was sealed.
-- An application's tag goes if its value was in the payload and is there no longer; one that never was in it stays.
--   p_seq, p_id, p_stream  the events: their numbers, ids and streams
--   p_old                  the payloads as they were read
--   p_data                 those that they get; the same as the old one if another program has replaced it already. What was binary goes in any case
--   p_headers              the headers that they get, without the spelling of a record, and with less in them; null for those that stay
--   p_masked_by            the ids of the events that say so
--   p_salt                 the salts of the commitments in these
-- Result: whether every payload was as it was read.
create or replace function {ledger}.mask_events_v1(
    p_seq bigint[],
    p_id uuid[],
    p_stream text[],
    p_old jsonb[],
    p_data jsonb[],
    p_headers jsonb[],
    p_masked_by uuid[],
    p_salt bytea[])
returns boolean
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    in_streams bigint;
    archived bigint;
    returned bigint[];
    tag record;
    values_gone text[];
    tags_gone jsonb := '[]';
begin
    if exists (
        select
        from unnest(p_seq, p_stream, p_id, p_old, p_data, p_headers, p_masked_by, p_salt) as n (seq, stream, id, old, data, headers, masked_by, salt)
        left join {events}.mt_events as m
            on m.id = n.masked_by
           and m.type = 'event.masked'
           and m.data ->> 'event_id' = n.id::text
           and m.data ->> 'stream' = n.stream
           and m.data ->> 'commitment' = encode({ledger}.payload_commitment_v1(n.salt, 'data', convert_to(n.data::text, 'UTF8')), 'base64')
           and (m.data ->> 'headers_commitment')
               is not distinct from encode({ledger}.payload_commitment_v1(n.salt, 'headers', convert_to(n.headers::text, 'UTF8')), 'base64')
        where m.id is null
           or {ledger}.payload_replaced_v1(n.seq) and m.data -> 'replaced' is distinct from 'true'
           or not case
                  when starts_with(n.stream, 'chrono:') and n.old <> n.data and n.old ? 'text' then {ledger}.masks_record_v1(n.old, n.data)
                  else {ledger}.masks_only_v1(n.old, n.data)
              end) then
        raise exception 'A payload was to become one that is not the old one with less in it, or no event says so, or that another program had replaced it. Nothing was changed'
            using errcode = 'LG031';
    end if;

    -- No trigger is on the archive of record stores.
    perform {ledger}.keep_commitments_v1(a.seq_id, a.stream, a.data, null, case when n.headers is not null then a.headers end)
    from unnest(p_id, p_headers) as n (id, headers)
    join {ledger}.chrono_archive as a on a.id = n.id;

    update {events}.mt_events as e
    set data = n.data,
        bdata = null,
        headers = coalesce(n.headers, e.headers)
    from unnest(p_seq, p_id, p_stream, p_old, p_data, p_headers) as n (seq, id, stream, old, data, headers)
    where e.seq_id = n.seq
      and e.id = n.id
      and e.stream_id = n.stream
      and e.data = n.old
      and (n.headers is null or {ledger}.masks_headers_v1(e.headers, n.headers));
    get diagnostics in_streams = row_count;
    update {ledger}.chrono_archive as a
    set data = n.data,
        headers = coalesce(n.headers, a.headers)
    from unnest(p_seq, p_id, p_stream, p_old, p_data, p_headers) as n (seq, id, stream, old, data, headers)
    where a.id = n.id
      and a.seq_id = n.seq
      and a.stream = n.stream
      and a.data = n.old
      and (n.headers is null or {ledger}.masks_headers_v1(a.headers, n.headers));
    get diagnostics archived = row_count;
    if in_streams + archived <> cardinality(p_seq) then
        return false;
    end if;

    update {ledger}.seal_leaf as l
    set data_salt = case when r.data_commitment is null then l.data_salt end,
        data_commitment = coalesce(r.data_commitment, l.data_commitment),
        bdata_commitment = coalesce(r.bdata_commitment, l.bdata_commitment),
        headers_salt = case when r.headers_commitment is null then l.headers_salt end,
        headers_commitment = coalesce(r.headers_commitment, l.headers_commitment)
    from {ledger}.rewritten_payload as r
    where r.seq = any (p_seq)
      and l.seq = r.seq;
    delete from {ledger}.rewritten_payload as r where r.seq = any (p_seq);

    insert into {ledger}.masked_event as m (seq, stream, masked_by, masked_at, salt)
    select n.seq, n.stream, n.masked_by, e."timestamp", n.salt
    from unnest(p_seq, p_stream, p_masked_by, p_salt) as n (seq, stream, masked_by, salt)
    join {events}.mt_events as e on e.id = n.masked_by
    on conflict ({tenant_key}seq) do update
    set masked_by = excluded.masked_by,
        masked_at = excluded.masked_at,
        salt = excluded.salt;

    -- The tool of a result is that of its call.
    returned := array(
        select r.seq_id
        from unnest(p_seq, p_old, p_data) as n (seq, old, data)
        join {events}.mt_events as c on c.seq_id = n.seq and c.type = 'tool.called'
        join {events}.mt_events as r
            on (r.stream_id = c.stream_id or r.stream_id in (select s.branch from {ledger}.branch_segment as s where s.stream = c.stream_id))
           and r.type = 'tool.returned'
           and (r.data ->> 'call_id' = c.id::text
                or r.stream_id = c.stream_id and r.version between c.version + 1 and c.version + 100 and r.data ->> 'call_id' = c.headers ->> 'foreign_id')
        where n.old -> 'tool' is distinct from n.data -> 'tool'
          and to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_tool') is not null);
    for tag in
        select format('%I.%I', n.nspname, c.relname) as name,
               substr(c.relname, length('mt_event_tag_') + 1) as kind,
               format_type(v.atttypid, v.atttypmod) as type
        from pg_constraint as f
        join pg_class as c on c.oid = f.conrelid
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as v on v.attrelid = c.oid and v.attname = 'value'
        where f.contype = 'f'
          and f.confrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and c.relname like 'mt\_event\_tag\_%'
          and c.relname <> 'mt_event_tag_ledger_task'
        order by c.relname collate "C"
    loop
        if tag.kind in ('ledger_model', 'ledger_tool') then
            execute format(
                'with gone as (delete from %s as t where t.seq_id = any ($1) returning t.value::text as value) select array_agg(distinct g.value) from gone as g',
                tag.name)
            into values_gone
            using p_seq || returned;
        elsif tag.kind = 'ledger_actor' then
            execute format(
                'with gone as (delete from %s as t using {events}.mt_events as e where t.seq_id = any ($1) and e.seq_id = t.seq_id and e.headers ->> ''actor'' is distinct from t.value::text returning t.value::text as value) '
                'select array_agg(distinct g.value) from gone as g',
                tag.name)
            into values_gone
            using p_seq;
        else
            execute format(
                $sql$
                with gone as (
                    delete from %s as t
                    using unnest($1, $2, $3) as n (seq, old, data)
                    where t.seq_id = n.seq
                      and exists (select from jsonb_path_query(n.old, 'strict $.**') as v (value) where v.value #>> '{}' = t.value::text)
                      and not exists (select from jsonb_path_query(n.data, 'strict $.**') as v (value) where v.value #>> '{}' = t.value::text)
                    returning t.value::text as value)
                select array_agg(distinct g.value) from gone as g
                $sql$,
                tag.name)
            into values_gone
            using p_seq, p_old, p_data;
        end if;

        if values_gone is not null then
            tags_gone := tags_gone || jsonb_build_array(jsonb_build_object('name', tag.name, 'kind', tag.kind, 'type', tag.type, 'values', to_jsonb(values_gone)));
        end if;
    end loop;

    perform {ledger}.tag_events_v1(p_id || array(select e.id from {events}.mt_events as e where e.seq_id = any (returned)));

    -- The version of a tag that no event has any more would keep its value.
    if to_regclass(quote_ident({events_text}) || '.mt_dcb_tag_version') is not null then
        for tag in
            select g.value ->> 'name' as name,
                   g.value ->> 'kind' as kind,
                   g.value ->> 'type' as type,
                   array(select v.value from jsonb_array_elements_text(g.value -> 'values') as v (value) order by v.value collate "C") as texts
            from jsonb_array_elements(tags_gone) as g (value)
        loop
            execute format(
                $sql$
                delete from %I.mt_dcb_tag_version as v
                using unnest($2) as n (value)
                where v.tag_table = $1
                  and v.tag_value = n.value
                  and not exists (select from %s as t where t.value = n.value::%s)
                $sql$,
                {events_text}, tag.name, tag.type)
            using tag.kind, tag.texts;
        end loop;
    end if;

    update {events}.mt_doc_deadletterevent as d
    set data = jsonb_set(d.data, array['ExceptionMessage'], '"****"')
    where (d.data ->> 'EventSequence')::bigint = any (p_seq)
      and d.data ? 'ExceptionMessage';
    perform set_config('ledger.saying', '', true);
    update {ledger}.projection_shard as s set error = '****' where s.error_sequence = any (p_seq);
    update {events}.mt_event_progression as p set pause_reason = '****' where p.failure_event_sequence = any (p_seq) and p.pause_reason is not null;
    return true;
end
$function$;
