-- Views for questions in SQL, and the contracts of events: the JSON Schemas that applications have declared for the data of their events.
-- The views are a promise: a later migration may add columns at their ends, and changes none.

-- The events of all streams, each once: those of a branch are its own alone. history() returns the whole history of a run or branch.
create view {ledger}.events as
select
    e.seq_id as seq,
    e."timestamp" as at,
    e.stream_id::text as stream,
    e.version,
    e.id,
    e.type::text as type,
    e.headers ->> 'actor' as actor,
    e.causation_id::text as cause,
    e.correlation_id::text as root,
    e.data,
    e.headers,
    coalesce(e.is_archived, false) as archived
from {events}.mt_events as e;

comment on view {ledger}.events is
    'The events of all streams, each once; history(stream) returns the whole history of a run or branch, with that of its ancestors.';

comment on column {ledger}.events.seq is 'The number of the event in the log.';

comment on column {ledger}.events.at is 'When the log took it.';

comment on column {ledger}.events.stream is 'The stream, such as run:first or branch:second.';

comment on column {ledger}.events.version is 'The place in the stream, from 1.';

comment on column {ledger}.events.cause is 'The id of the first event that it follows from.';

comment on column {ledger}.events.root is 'The run at the root of a branch, or what ties events of several streams together.';

-- The calls of models: one row for each that ended, and for each that Ledger began and that has not ended. A model that is told something and has not been
-- asked, as in recordings, is no call; nor is an answer that the log gave.
create view {ledger}.llm_calls as
select
    a.seq_id as seq,
    a."timestamp" as at,
    a.stream_id::text as run,
    a.version,
    case
        when a.type = 'call.failed'
            or (jsonb_typeof(a.data -> 'error') <> 'null' and a.headers ->> 'request_hash' is null) then 'failed'
        else 'answered'
    end as status,
    coalesce(a.data ->> 'model', a.data ->> 'model_id', a.data ->> 'modelId', r.data ->> 'model') as model,
    case
        when jsonb_typeof(a.headers -> 'call_ms') = 'number' then
            case
                when (a.headers ->> 'call_ms')::numeric between 0 and 1000000000000 then
                    make_interval(secs => round((a.headers ->> 'call_ms')::numeric, 3)::double precision / 1000)
            end
    end as duration,
    (
        select (p.place ->> n.name)::numeric
        from unnest(array[a.data, a.data -> 'usage', a.data #> '{usage,prompt_tokens_details}', a.data #> '{usage,input_tokens_details}',
                a.data #> '{usage,completion_tokens_details}', a.data #> '{usage,output_tokens_details}']) with ordinality as p (place, ordinal)
        cross join unnest(array['input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens', 'input_token_count', 'inputTokenCount'])
            with ordinality as n (name, ordinal)
        where jsonb_typeof(p.place -> n.name) = 'number'
          and case when jsonb_typeof(p.place -> n.name) = 'number' then
              scale((p.place ->> n.name)::numeric) = 0 and (p.place ->> n.name)::numeric between 0 and 1000000000000 end
        order by p.ordinal, n.ordinal
        limit 1
    )::bigint as input_tokens,
    (
        select (p.place ->> n.name)::numeric
        from unnest(array[a.data, a.data -> 'usage', a.data #> '{usage,prompt_tokens_details}', a.data #> '{usage,input_tokens_details}',
                a.data #> '{usage,completion_tokens_details}', a.data #> '{usage,output_tokens_details}']) with ordinality as p (place, ordinal)
        cross join unnest(array['output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens', 'output_token_count', 'outputTokenCount'])
            with ordinality as n (name, ordinal)
        where jsonb_typeof(p.place -> n.name) = 'number'
          and case when jsonb_typeof(p.place -> n.name) = 'number' then
              scale((p.place ->> n.name)::numeric) = 0 and (p.place ->> n.name)::numeric between 0 and 1000000000000 end
        order by p.ordinal, n.ordinal
        limit 1
    )::bigint as output_tokens,
    (
        select (p.place ->> 'cost_usd')::numeric
        from unnest(array[a.data, a.data -> 'usage', a.data #> '{usage,prompt_tokens_details}', a.data #> '{usage,input_tokens_details}',
            a.data #> '{usage,completion_tokens_details}', a.data #> '{usage,output_tokens_details}']) with ordinality as p (place, ordinal)
        where case when jsonb_typeof(p.place -> 'cost_usd') = 'number' then (p.place ->> 'cost_usd')::numeric between 0 and 1000000000000 end
        order by p.ordinal
        limit 1
    ) as cost_usd,
    a.data ->> 'error' as error,
    a.headers ->> 'actor' as actor,
    r.id as request_id,
    a.id as response_id,
    r.data as request,
    case when a.type = 'llm.response' then a.data end as response
from {events}.mt_events as a
left join {events}.mt_events as r
    on r.id = case
        when a.causation_id ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then a.causation_id::uuid
    end
    and r.type = 'llm.request'
where a.type = 'llm.response'
   or (a.type = 'call.failed' and a.data ->> 'kind' = 'llm')
union all
select
    r.seq_id,
    r."timestamp",
    r.stream_id::text,
    r.version,
    'open',
    coalesce(r.data ->> 'model', r.data ->> 'model_id', r.data ->> 'modelId'),
    null,
    null,
    null,
    null,
    null,
    r.headers ->> 'actor',
    r.id,
    null,
    r.data,
    null
from {events}.mt_events as r
where r.type = 'llm.request'
  and r.headers ->> 'call_owner' is not null
  and not exists (
      select
      from {events}.mt_events as a
      where a.stream_id = r.stream_id
        and a.causation_id = r.id::text
        and a.type in ('llm.response', 'call.failed', 'call.released'));

comment on view {ledger}.llm_calls is
    'The calls of models: a row for each that ended (answered, failed), and for each that Ledger began and that has not ended (open).';

comment on column {ledger}.llm_calls.at is 'When the log took the end of the call; of an open call, its request.';

comment on column {ledger}.llm_calls.run is 'The stream of the run or branch that made the call; a branch has its own calls alone.';

comment on column {ledger}.llm_calls.duration is 'How long the call took, where that was recorded.';

comment on column {ledger}.llm_calls.cost_usd is 'What its answer states in US dollars; null where it states nothing.';

-- The calls of tools: one row for each that was begun. The end of a call is the first event of the same stream that follows from it and is a result or a
-- failure, else a release. In recordings events name each other by the ids of the recording.
create view {ledger}.tool_calls as
select
    r.seq_id as seq,
    r."timestamp" as at,
    r.stream_id::text as run,
    r.version,
    case
        when a.id is null then 'open'
        when a.type = 'call.released' then 'released'
        when a.type = 'call.failed'
            or (a.headers ->> 'request_hash' is null
                and (jsonb_typeof(a.data -> 'error') <> 'null' or a.data -> 'result' is null)) then 'failed'
        else 'answered'
    end as status,
    r.data ->> 'tool' as tool,
    coalesce(
        case
            when jsonb_typeof(a.headers -> 'call_ms') = 'number' then
                case
                    when (a.headers ->> 'call_ms')::numeric between 0 and 1000000000000 then
                        make_interval(secs => round((a.headers ->> 'call_ms')::numeric, 3)::double precision / 1000)
                end
        end,
        a."timestamp" - r."timestamp") as duration,
    case
        when jsonb_typeof(a.data -> 'cost_usd') = 'number' then (a.data ->> 'cost_usd')::numeric
        when jsonb_typeof(a.data #> '{usage,cost_usd}') = 'number' then (a.data #>> '{usage,cost_usd}')::numeric
    end as cost_usd,
    case when a.type <> 'call.released' then a.data ->> 'error' end as error,
    r.headers ->> 'actor' as actor,
    r.id as request_id,
    a.id as response_id,
    r.data -> 'arguments' as arguments,
    a.data -> 'result' as result,
    a."timestamp" as ended_at
from {events}.mt_events as r
left join {events}.mt_events as a
    on a.stream_id = r.stream_id
    and a.type in ('tool.returned', 'call.failed', 'call.released')
    and coalesce(a.causation_id, a.headers -> 'foreign_causes' ->> 0, a.data ->> 'call_id') = coalesce(r.headers ->> 'foreign_id', r.id::text)
where r.type = 'tool.called'
  and not exists (
      select
      from {events}.mt_events as b
      where b.stream_id = a.stream_id
        and b.type in ('tool.returned', 'call.failed', 'call.released')
        and coalesce(b.causation_id, b.headers -> 'foreign_causes' ->> 0, b.data ->> 'call_id')
            = coalesce(a.causation_id, a.headers -> 'foreign_causes' ->> 0, a.data ->> 'call_id')
        and (b.type = 'call.released', b.version) < (a.type = 'call.released', a.version));

comment on view {ledger}.tool_calls is
    'The calls of tools: a row for each that was begun, with how it ended (answered, failed, released), or open.';

comment on column {ledger}.tool_calls.at is 'When the log took the call.';

comment on column {ledger}.tool_calls.run is 'The stream of the run or branch that made the call; a branch has its own calls alone.';

comment on column {ledger}.tool_calls.duration is 'How long the call took, as its end states it, else the time between the two events.';

-- The runs and branches with their summaries, which readers and the daemon bring up to date, not appends: missing_events are those that a row does not have yet.
create view {ledger}.runs as
select
    m.id::text as run,
    case when m.id like 'branch:%' then 'branch' else 'run' end as kind,
    b.parent::text as parent,
    coalesce(b.root, m.id)::text as root,
    b.fork_position,
    case when r.waits_until <= now() then r.later_status else r.status end as status,
    case when r.waits_until <= now() then null else r.waits_for end as waits_for,
    r.title,
    r.model,
    r.labels,
    r.error,
    r.started_at,
    r.updated_at,
    r.duration,
    r.version as events,
    r.length,
    r.model_calls,
    r.tool_calls,
    r.failed_calls,
    r.tokens,
    r.cost_usd,
    r.whole_tokens,
    r.whole_cost_usd,
    coalesce(m.is_archived, false) as archived,
    coalesce(m.version, 0) - coalesce(r.version, 0) as missing_events
from {ledger}.stream_guard as m
left join {ledger}.run_summary as r on r.stream = m.id and r.version > 0
left join {ledger}.branch as b on b.stream = m.id
where m.id like 'run:%'
   or m.id like 'branch:%';

comment on view {ledger}.runs is
    'The runs and branches: status, cost, duration, tokens. Readers and the daemon bring it up to date; missing_events are those that a row does not have yet.';

comment on column {ledger}.runs.events is 'The number of its own events; length is that of its history, with those that a branch shares.';

comment on column {ledger}.runs.tokens is 'Of its own calls, as cost_usd; whole_tokens and whole_cost_usd are those of its history.';

comment on column {ledger}.runs.duration is 'From its first own event to the last one.';

-- The contracts of events, one row for each version of each: a version is added when an application declares another schema than the newest one says.
-- is_enforced: appends are held to the newest version, also those of the command line, the HTTP API and the tools.
create table {ledger}.event_contract (
    name text collate "C" not null,
    version integer not null,
    schema jsonb not null,
    upcast_to text,
    is_enforced boolean not null,
    declared_by text not null,
    declared_at timestamptz not null,
    seen_at timestamptz not null,
    constraint pk_event_contract primary key (name, version),
    constraint ck_event_contract_version check (version >= 1)
);
