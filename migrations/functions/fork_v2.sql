-- Forks a run or branch: looks its history up, cuts it, and creates the branch.
--   p_stream, p_name  the branch
--   p_parent          the run or branch to fork
--   p_position        how many events of its history the branch shares (null: all)
--   p_max_depth       the most segments that the lineage may have
--   event_*           the columns of its event branch.created; fork_position, lineage and root are added to its data, and the root is its
--                     correlation
--   p_projections     as for append_v1
-- Result: one row: the outcome (those of create_branch_v2, position_missing or too_deep); the branch as create_branch_v2 takes it, and the
-- time of its creation; for id_in_use the stream that has the event; for position_missing and prefix_missing the number of events
-- that there are.
create or replace function {ledger}.fork_v2(
    p_stream text,
    p_name text,
    p_parent text,
    p_position bigint,
    p_max_depth integer,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_causation text,
    p_projections text[],
    out outcome text,
    out root text,
    out fork_position bigint,
    out segment_stream text[],
    out segment_taken bigint[],
    out created_at timestamptz,
    out id_holder text,
    out available bigint)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    prefix bigint;
    lineage jsonb;
begin
    select coalesce(b.root, p_parent),
           coalesce(b.fork_position, 0),
           coalesce(b.fork_position, 0) + t.version,
           coalesce(b.segment_stream, '{}'),
           coalesce(b.segment_taken, '{}')
    into root, prefix, available, segment_stream, segment_taken
    from {events}.mt_streams as t
    left join {ledger}.branch as b on b.stream = t.id
    where t.id = p_parent;
    if not found then
        outcome := 'parent_not_found';
        return;
    end if;

    fork_position := coalesce(p_position, available);
    if fork_position > available then
        outcome := 'position_missing';
        return;
    end if;

    -- After its parent's own fork a branch has its parent's lineage and one segment more; that of its event is continued as it is, if it is whole.
    if fork_position > prefix then
        if prefix > 0 then
            select e.data -> 'lineage' into lineage from {events}.mt_events as e where e.stream_id = p_parent and e.version = 1;
            lineage := case
                when jsonb_typeof(lineage) = 'array'
                    and jsonb_array_length(lineage) = cardinality(segment_taken)
                    and lineage -> -1 = jsonb_build_object(
                        'stream', segment_stream[cardinality(segment_stream)], 'taken', segment_taken[cardinality(segment_taken)])
                then lineage || jsonb_build_object('stream', p_parent, 'taken', fork_position - prefix)
            end;
        end if;

        segment_stream := segment_stream || p_parent;
        segment_taken := segment_taken || fork_position - prefix;
    elsif fork_position < prefix then
        select coalesce(array_agg(s.stream order by s.ordinal), '{}'), coalesce(array_agg(s.upto order by s.ordinal), '{}')
        into segment_stream, segment_taken
        from {ledger}.world_segment_v1(p_parent, fork_position) as s;
    end if;

    if cardinality(segment_stream) > p_max_depth then
        outcome := 'too_deep';
        return;
    end if;

    select c.outcome, c.created_at, c.id_holder, c.prefix_length
    into outcome, fork_v2.created_at, fork_v2.id_holder, available
    from {ledger}.create_branch_v2(
        p_stream, p_parent, root, fork_position, p_name, segment_stream, segment_taken, event_id, event_type, event_clr_type,
        event_data || jsonb_build_object(
            'fork_position', fork_position,
            'root', root,
            'lineage', coalesce(lineage, (
                select coalesce(jsonb_agg(jsonb_build_object('stream', s.stream, 'taken', s.taken) order by s.ordinal), '[]')
                from unnest(fork_v2.segment_stream, fork_v2.segment_taken) with ordinality as s (stream, taken, ordinal)))),
        event_headers, root, event_causation, p_projections) as c;
end
$function$;
