-- What inline projections share. An inline projection is a statement that runs in the transaction of an append, behind the insert:
-- it asks pending_v1 for the events that it has not applied, writes its rows, and calls advance_v1. Because the events are counted
-- from where the projection stands, one that another writer appended without it is applied with the next.

-- How far a projection has come in each stream: the version up to which its rows stand for the events.
create table {ledger}.projection_head (
    projection text not null,
    stream varchar not null,
    version bigint not null,
    constraint pk_projection_head primary key (projection, stream),
    constraint fk_projection_head_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint ck_projection_head_version check (version >= 0)
) with (fillfactor = 80);

-- For the check when a stream is deleted.
create index ix_projection_head_stream on {ledger}.projection_head (stream);

-- The key of the advisory lock of a projection: shared by the appends that write it, exclusive for a rebuild.
create function {ledger}.projection_key_v1(p_projection text)
returns bigint
language sql
immutable
as $function$
    select hashtextextended({ledger_text} || '.' || p_projection, 0)
$function$;

-- The streams that the last append of this transaction wrote, or that touch_v1 or touch_until_v1 named, and the last version of each that
-- is to be applied.
create function {ledger}.touched_v1()
returns table (stream text, last bigint)
language sql
stable
rows 10
as $function$
    select n.stream, coalesce(n.last, 9223372036854775807)
    from unnest(
        coalesce(nullif(current_setting('ledger.touched', true), ''), '{}')::text[],
        coalesce(nullif(current_setting('ledger.touched_until', true), ''), '{}')::bigint[]) as n (stream, last)
$function$;

-- Locks streams and names them for pending_v1, where no append does: to catch up. p_streams: their names.
create function {ledger}.touch_v1(p_projection text, p_streams text[])
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(p_projection));
    perform 1 from {events}.mt_streams as t where t.id = any (p_streams) order by t.id collate "C" for no key update;
    perform set_config('ledger.touched', p_streams::text, true);
end
$function$;

-- Names streams for pending_v1, each up to a version: for a rebuild, which goes through the log in pages and locks no stream.
-- p_streams: their names. p_last: the versions. Empty arrays end it.
create function {ledger}.touch_until_v1(p_streams text[], p_last bigint[])
returns void
language plpgsql
volatile
as $function$
begin
    perform set_config('ledger.touched', p_streams::text, true);
    perform set_config('ledger.touched_until', p_last::text, true);
end
$function$;

-- The events of the touched streams that a projection has not applied, in the order of the log. p_projection: its name.
create function {ledger}.pending_v1(p_projection text)
returns setof {events}.mt_events
language sql
stable
rows 100
set enable_seqscan = off
as $function$
    select e.*
    from {ledger}.touched_v1() as s
    left join {ledger}.projection_head as h on h.projection = p_projection and h.stream = s.stream
    join {events}.mt_events as e on e.stream_id = s.stream and e.version > coalesce(h.version, 0) and e.version <= s.last
    order by e.seq_id
$function$;

-- Says that a projection has applied all events of the touched streams. p_projection: its name.
create function {ledger}.advance_v1(p_projection text)
returns void
language sql
volatile
set enable_seqscan = off
as $function$
    insert into {ledger}.projection_head as h (projection, stream, version)
    select p_projection, t.id, least(t.version, s.last)
    from {ledger}.touched_v1() as s
    join {events}.mt_streams as t on t.id = s.stream
    order by t.id
    on conflict (projection, stream) do update set version = excluded.version
    where h.version <> excluded.version
$function$;
