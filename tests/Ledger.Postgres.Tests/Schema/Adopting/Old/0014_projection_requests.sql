-- What somebody asks of the nodes that run projections, because only they know the code: to rebuild, or to apply an event again that is a dead
-- letter. A node that declares the projection takes the request, and says here how far it is.

create table {ledger}.projection_request (
    id bigint generated always as identity,
    projection text not null,
    action text not null,
    argument text,
    requested_at timestamptz not null,
    node text,
    seen_at timestamptz,
    events bigint not null,
    total bigint not null,
    cancelled boolean not null,
    finished_at timestamptz,
    error text,
    constraint pk_projection_request primary key (id),
    constraint ck_projection_request_action check (action in ('rebuild', 'resume', 'rebuild_stream', 'replay'))
);

-- When a shard was first level with the log: from then on a new version of a projection answers in the place of the one before.
alter table {ledger}.projection_shard add column caught_up_at timestamptz;

-- Makes the rows of the worlds of some streams anew, those of a page together. p_streams: the streams, which are locked. Result: the number of
-- their events.
create or replace function {ledger}.rewrite_world_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    one text;
begin
    delete from {ledger}.world_head as h where h.stream = any (p_streams);
    loop
        perform {ledger}.project_world_v1(p_streams, 10000);
        exit when not exists (
            select
            from {ledger}.world_head as h
            join {events}.mt_streams as t on t.id = h.stream
            where h.stream = any (p_streams)
              and h.fault_version is null
              and h.version < t.version);
    end loop;

    -- A branch waits for the rows of its ancestors, which may be in another page.
    for one in
        select t.id
        from {events}.mt_streams as t
        where t.id = any (p_streams)
          and t.version > 0
          and not exists (select from {ledger}.world_head as h where h.stream = t.id)
        order by t.id collate "C"
    loop
        while not {ledger}.world_catch_up_v1(one, 10000) loop
        end loop;
    end loop;

    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;
