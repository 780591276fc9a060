-- Creates a branch: its stream row, its place in the tree, and its first event.
--   p_stream, p_parent, p_root, p_fork_position, p_name  the branch
--   segment_stream, segment_taken                        its lineage, from the root down
--   event_*                                              the columns of its event branch.created
--   p_projections                                        as for append_v1
-- Result: one row: the outcome (created, parent_not_found, branch_exists, archived, id_in_use, prefix_missing); the time of the creation;
-- for id_in_use the stream that has the event; for prefix_missing the number of events that the prefix has.
create or replace function {ledger}.create_branch_v2(
    p_stream text,
    p_parent text,
    p_root text,
    p_fork_position bigint,
    p_name text,
    segment_stream text[],
    segment_taken bigint[],
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_correlation text,
    event_causation text,
    p_projections text[],
    out outcome text,
    out created_at timestamptz,
    out id_holder text,
    out prefix_length bigint)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    moment constant timestamptz := clock_timestamp();
    segments constant integer := cardinality(segment_stream);
    first_new integer;
    prefix_time timestamptz;
    own record;
begin
    -- Before any row, as in every append. The rows of its world are written at the end: they need the rows of the branch, which need its event.
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);

    if not exists (select from {events}.mt_streams as t where t.id = p_parent) then
        outcome := 'parent_not_found';
        return;
    end if;

    -- Looked up before anything is created, and once more under the lock below.
    select t.version, t.is_archived into own from {events}.mt_streams as t where t.id = p_stream;
    if own.version > 0
        or p_stream = p_parent
        or exists (select from {ledger}.branch as b where b.stream = p_stream)
        or exists (select from {ledger}.branch as b where b.parent = p_stream) then
        outcome := 'branch_exists';
        return;
    end if;

    if own.is_archived then
        outcome := 'archived';
        return;
    end if;

    select e.stream_id into id_holder from {events}.mt_events as e where e.id = event_id;
    if found then
        outcome := 'id_in_use';
        return;
    end if;

    -- What the parent has in its own lineage is there, because it cannot be deleted; the rest is looked up.
    if segments = 1 then
        first_new := 1;
    elsif segments > 1 then
        select segments into first_new
        from {ledger}.branch as b
        where b.stream = p_parent
          and b.segment_stream[1:segments - 1] = create_branch_v2.segment_stream[1:segments - 1]::varchar[]
          and b.segment_taken[1:segments - 1] = create_branch_v2.segment_taken[1:segments - 1];
    end if;

    if first_new is null
        or not exists (
            select from {events}.mt_streams as t
            where t.id = create_branch_v2.segment_stream[first_new] and t.version >= create_branch_v2.segment_taken[first_new]) then
        select n.before + coalesce(t.version, 0) into prefix_length
        from (select u.stream,
                     u.taken,
                     u.ordinal,
                     sum(u.taken) over (order by u.ordinal) - u.taken as before
              from unnest(create_branch_v2.segment_stream, create_branch_v2.segment_taken)
                  with ordinality as u (stream, taken, ordinal)) as n
        left join {events}.mt_streams as t on t.id = n.stream
        where n.ordinal >= coalesce(first_new, 1)
          and (t.version is null or t.version < n.taken)
        order by n.ordinal
        limit 1;
        if found then
            outcome := 'prefix_missing';
            return;
        end if;
    end if;

    -- A time maps to one position of the branch, so its own events must not be older than those it shares.
    select e."timestamp" into prefix_time
    from {events}.mt_events as e
    where e.stream_id = create_branch_v2.segment_stream[cardinality(create_branch_v2.segment_stream)]
      and e.version = create_branch_v2.segment_taken[cardinality(create_branch_v2.segment_taken)];

    insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
    values (p_stream, 0, greatest(moment, prefix_time), moment, {tenant}, false)
    on conflict do nothing;

    select t.version, t.is_archived into own from {events}.mt_streams as t where t.id = p_stream for no key update;
    if own.version > 0 or own.is_archived or exists (select from {ledger}.branch as b where b.stream = p_stream) then
        outcome := case when own.is_archived then 'archived' else 'branch_exists' end;
        return;
    end if;

    select a.outcome into strict outcome
    from {ledger}.append_event_v3(
        p_stream, 0, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation, false,
        array_remove(p_projections, 'ledger:world')) as a;
    if outcome is not null then
        raise exception 'the event of branch % was refused: %', p_stream, outcome using errcode = 'LG001';
    end if;

    select e."timestamp" into strict created_at from {events}.mt_events as e where e.stream_id = p_stream and e.version = 1;

    insert into {ledger}.branch (stream, parent, root, fork_position, segment_stream, segment_taken, name, created_at)
    values (p_stream, p_parent, p_root, p_fork_position, create_branch_v2.segment_stream, create_branch_v2.segment_taken, p_name, created_at);

    if cardinality(create_branch_v2.segment_stream) > 0 then
        insert into {ledger}.branch_segment (branch, stream, taken)
        values (
            p_stream,
            create_branch_v2.segment_stream[cardinality(create_branch_v2.segment_stream)],
            create_branch_v2.segment_taken[cardinality(create_branch_v2.segment_taken)]);
    end if;

    if 'ledger:world' = any (p_projections) then
        perform {ledger}.project_touched_v1();
    end if;

    outcome := 'created';
end
$function$;
