-- Writes rows of a record store, and its new head. Refused with LG010 if the head is not as the writer believes, or while the rows
-- have to be written again, which the caller does first. A store without a head is one without records: a transaction that is repeated
-- may have lost the rows and the head that it had written for earlier records.
--   p_stream, p_seq, p_hash               the store, and the head that it must have
--   after_version, after_seq, after_hash  its head afterwards
--   row_*                                 the columns of the records, each once; an existing record keeps its ordinal
--   change_*                              which events speak of which records
-- Result: none.
create or replace function {ledger}.chrono_rows_v1(
    p_stream text,
    p_seq bigint,
    p_hash text,
    after_version bigint,
    after_seq bigint,
    after_hash text,
    row_key bytea[],
    row_ordinal bigint[],
    row_seq bigint[],
    row_id text[],
    row_kind text[],
    row_status text[],
    row_confidence double precision[],
    row_text text[],
    row_spelled text[],
    change_key bytea[],
    change_version bigint[],
    change_applied boolean[])
returns void
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    update {ledger}.chrono_head as h
    set version = after_version,
        seq = after_seq,
        hash = after_hash
    where h.stream = p_stream
      and h.seq = p_seq
      and h.hash = p_hash
      and h.version >= 0;
    if not found then
        insert into {ledger}.chrono_head as h (stream, version, seq, hash, archived_to)
        select p_stream, after_version, after_seq, after_hash, 0
        where p_seq = 0
          and p_hash = ''
        on conflict ({tenant_key}stream) do nothing;
    end if;

    if not found then
        raise exception 'the head of % is not seq %', p_stream, p_seq using errcode = 'LG010';
    end if;

    insert into {ledger}.chrono_record as r (stream, key, ordinal, seq, id, kind, status, confidence, text, spelled)
    select p_stream, n.key, n.ordinal, n.seq, n.id, n.kind, n.status, n.confidence, n.text, n.spelled
    from unnest(row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled)
        as n (key, ordinal, seq, id, kind, status, confidence, text, spelled)
    on conflict ({tenant_key}stream, key) do update
    set seq = excluded.seq,
        id = excluded.id,
        kind = excluded.kind,
        status = excluded.status,
        confidence = excluded.confidence,
        text = excluded.text,
        spelled = excluded.spelled;

    insert into {ledger}.chrono_change (stream, key, version, applied)
    select p_stream, n.key, n.version, n.applied
    from unnest(change_key, change_version, change_applied) as n (key, version, applied)
    on conflict ({tenant_key}stream, key, version) do nothing;
end
$function$;
