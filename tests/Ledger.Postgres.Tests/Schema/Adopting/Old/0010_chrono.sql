-- Record stores: events of a hash chain in streams chrono:{project}, and beside them rows of the present records.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- What an event does is decided where its hash is computed, in the program that writes it; these functions write the rows that they are
-- given, in the append's transaction. None of the tables has a foreign key to its stream: a store that somebody emptied is to be noticed.

-- Where a store stands: the rows are those of the first `version` events of the stream; seq and hash are the kept head of the chain, which
-- decides what its end is. archived_to: the last event that a compaction took out of the stream.
create table {ledger}.chrono_head (
    stream varchar not null,
    version bigint not null,
    seq bigint not null,
    hash text not null,
    archived_to bigint not null,
    constraint pk_chrono_head primary key (stream)
) with (fillfactor = 50);

-- The present records. key: the SHA-256 of the id's UTF-8 bytes. text: the record as it is hashed, and spelled: with its keys in their own
-- order, null where that follows from the text; everything is answered from these two. ordinal: the order of first insertion. id, kind,
-- status and confidence are derived, for filters and for people: NUL shows as U+2400, kind and status are cut to 100 characters.
create table {ledger}.chrono_record (
    stream varchar not null,
    key bytea not null,
    ordinal bigint not null,
    seq bigint not null,
    id text not null,
    kind text not null,
    status text not null,
    confidence double precision not null,
    text text not null,
    spelled text,
    constraint pk_chrono_record primary key (stream, key),
    constraint ck_chrono_record_key check (length(key) = 32)
) with (fillfactor = 80);

create index ix_chrono_record_ordinal on {ledger}.chrono_record (stream, ordinal);

create index ix_chrono_record_kind on {ledger}.chrono_record (stream, kind, status, ordinal);

-- Which events speak of which record. applied: whether the event changed anything; one whose seq is not above those before it does not.
create table {ledger}.chrono_change (
    stream varchar not null,
    key bytea not null,
    version bigint not null,
    applied boolean not null,
    constraint pk_chrono_change primary key (stream, key, version)
);

-- Events that compactions took out of their streams, as they were.
create table {ledger}.chrono_archive (
    stream varchar not null,
    version bigint not null,
    seq_id bigint not null,
    id uuid not null,
    type varchar(500) not null,
    data jsonb not null,
    headers jsonb,
    "timestamp" timestamptz not null,
    constraint pk_chrono_archive primary key (stream, version)
);

create unique index ix_chrono_archive_id on {ledger}.chrono_archive (id);

-- The events of a store, those that were taken out of its stream first. p_stream: the stream. p_from, p_to: the first and last version.
-- p_count: at most so many.
create function {ledger}.chrono_events_v1(p_stream text, p_from bigint, p_to bigint, p_count integer)
returns table (version bigint, seq_id bigint, id uuid, type varchar, data jsonb, headers jsonb, "timestamp" timestamptz)
language plpgsql
stable
rows 1000
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    select a.version, a.seq_id, a.id, a.type, a.data, a.headers, a."timestamp"
    from {ledger}.chrono_archive as a
    where a.stream = p_stream and a.version between p_from and p_to
    union all
    select e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp"
    from {events}.mt_events as e
    where e.stream_id = p_stream and e.version between p_from and p_to
    order by 1
    limit p_count;
end
$function$;

-- A page of the records of a store, in order. The plans of a store that grew since it was analysed would read all of it.
--   p_stream, p_after, p_count   the store, the ordinal of the last record known, at most so many
--   p_kind, p_status, p_least    as the columns for filters have them, each null for any; NaN is enough of a confidence
create function {ledger}.chrono_records_v1(
    p_stream text,
    p_after bigint,
    p_count integer,
    p_kind text,
    p_status text,
    p_least double precision)
returns setof {ledger}.chrono_record
language plpgsql
stable
rows 1000
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    if p_kind is null then
        return query
        select r.*
        from {ledger}.chrono_record as r
        where r.stream = p_stream
          and r.ordinal > p_after
          and (p_status is null or r.status = p_status)
          and (p_least is null or r.confidence >= p_least)
        order by r.stream, r.ordinal
        limit p_count;
    elsif p_status is not null then
        return query
        select r.*
        from {ledger}.chrono_record as r
        where r.stream = p_stream
          and r.kind = p_kind
          and r.status = p_status
          and r.ordinal > p_after
          and (p_least is null or r.confidence >= p_least)
        order by r.stream, r.kind, r.status, r.ordinal
        limit p_count;
    else
        -- The statuses that there are, one after the other, and of each as many as a page can take.
        return query
        with recursive found as (
            (select r.status
             from {ledger}.chrono_record as r
             where r.stream = p_stream and r.kind = p_kind
             order by r.stream, r.kind, r.status
             limit 1)
            union all
            select (
                select r.status
                from {ledger}.chrono_record as r
                where r.stream = p_stream and r.kind = p_kind and r.status > f.status
                order by r.stream, r.kind, r.status
                limit 1)
            from found as f
            where f.status is not null)
        select page.*
        from found as f
        cross join lateral (
            select r.*
            from {ledger}.chrono_record as r
            where r.stream = p_stream
              and r.kind = p_kind
              and r.status = f.status
              and r.ordinal > p_after
              and (p_least is null or r.confidence >= p_least)
            order by r.stream, r.kind, r.status, r.ordinal
            limit p_count) as page
        where f.status is not null
        order by page.ordinal
        limit p_count;
    end if;
end
$function$;

-- Writes rows, and where the store stands with them.
--   p_stream, p_seq, p_hash                     the store, and the head that it must have
--   after_version, after_seq, after_hash        where it stands then
--   row_*                                       the columns of the records, each once; one that is there keeps its ordinal
--   change_*                                    which events speak of which records
create function {ledger}.chrono_rows_v1(
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
    insert into {ledger}.chrono_head as h (stream, version, seq, hash, archived_to)
    values (p_stream, after_version, after_seq, after_hash, 0)
    on conflict (stream) do update
    set version = excluded.version,
        seq = excluded.seq,
        hash = excluded.hash
    where h.seq = p_seq
      and h.hash = p_hash;
    if not found then
        raise exception 'the head of % is not seq %', p_stream, p_seq using errcode = 'LG010';
    end if;

    insert into {ledger}.chrono_record as r (stream, key, ordinal, seq, id, kind, status, confidence, text, spelled)
    select p_stream, n.key, n.ordinal, n.seq, n.id, n.kind, n.status, n.confidence, n.text, n.spelled
    from unnest(row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled)
        as n (key, ordinal, seq, id, kind, status, confidence, text, spelled)
    on conflict (stream, key) do update
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
    on conflict (stream, key, version) do nothing;
end
$function$;

-- Appends events to a store and writes the rows that they leave, where the store stands as the writer believes.
--   p_version                                   the version that the stream must have
--   event_*, p_projections                      as for append_one_v1
--   the others                                  as for chrono_rows_v1
-- Result, one row as that of append_one_v1: written, or nothing is; wrong_version, archived, already_written or id_in_use.
create function {ledger}.chrono_append_v1(
    p_stream text,
    p_version bigint,
    p_seq bigint,
    p_hash text,
    after_version bigint,
    after_seq bigint,
    after_hash text,
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
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
    change_applied boolean[],
    p_projections text[])
returns text
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    nothing constant text[] := array_fill(null::text, array[cardinality(event_id)]);
    outcome text;
begin
    -- Archived events are looked up only where there are any; the stream's own are by append_one_v1.
    if exists (select from {ledger}.chrono_archive as a where a.id = any (event_id)) then
        return 'already_written';
    end if;

    select a.outcome into outcome
    from {ledger}.append_one_v1(
        p_stream, p_version, event_id, event_type, event_clr_type, event_data, event_headers, nothing, nothing, p_projections) as a;
    if outcome = 'written' then
        perform {ledger}.chrono_rows_v1(
            p_stream, p_seq, p_hash, after_version, after_seq, after_hash,
            row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled,
            change_key, change_version, change_applied);
    end if;

    return outcome;
end
$function$;

-- Locks a store for a transaction, and creates its stream where there is none. p_stream: the stream.
-- Result: the version of the stream, and the row of chrono_head, with zeros and nothing for one that is not there.
create function {ledger}.chrono_lock_v1(p_stream text, out stream_version bigint, out version bigint, out seq bigint, out hash text, out archived_to bigint)
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    loop
        select coalesce(t.version, 0) into stream_version from {events}.mt_streams as t where t.id = p_stream for no key update;
        exit when found;
        insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
        values (p_stream, 0, clock_timestamp(), clock_timestamp(), '*DEFAULT*', false)
        on conflict do nothing;
    end loop;

    select h.version, h.seq, h.hash, h.archived_to into version, seq, hash, archived_to
    from {ledger}.chrono_head as h
    where h.stream = p_stream;
    version := coalesce(version, 0);
    seq := coalesce(seq, 0);
    hash := coalesce(hash, '');
    archived_to := coalesce(archived_to, 0);
end
$function$;

-- Takes the events of a store up to a version out of its stream: into the archive, or deletes them, with those of the archive.
--   p_stream, p_to   which events
--   p_deletes        whether they are deleted
-- Result: how many of them are events of the chain. Refused with LG011 where a branch was forked from the stream.
create function {ledger}.chrono_archive_v1(p_stream text, p_to bigint, p_deletes boolean)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    moved bigint;
begin
    if exists (select from {ledger}.branch_segment as s where s.stream = p_stream) then
        raise exception 'a branch shares the events of %', p_stream using errcode = 'LG011';
    end if;

    if p_deletes then
        delete from {ledger}.chrono_archive as a where a.stream = p_stream;
        delete from {ledger}.chrono_change as c where c.stream = p_stream and c.version <= p_to;
        with deleted as (
            delete from {events}.mt_events as e where e.stream_id = p_stream and e.version <= p_to returning e.type)
        select count(*) filter (where d.type = 'chrono.event') into moved from deleted as d;
    else
        with deleted as (
            delete from {events}.mt_events as e
            where e.stream_id = p_stream and e.version <= p_to
            returning e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp"),
        kept as (
            insert into {ledger}.chrono_archive (stream, version, seq_id, id, type, data, headers, "timestamp")
            select p_stream, d.version, d.seq_id, d.id, d.type, d.data, d.headers, d."timestamp"
            from deleted as d
            returning type)
        select count(*) filter (where k.type = 'chrono.event') into moved from kept as k;
    end if;

    update {ledger}.chrono_head as h set archived_to = p_to where h.stream = p_stream;
    return moved;
end
$function$;
