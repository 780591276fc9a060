-- Questions about recordings of other tools: the request of an answer, whose events name each other by the ids of the recording, the times that events state, and how
-- long calls took by them. A time that no calendar has is null.

create or replace view {ledger}.events as
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
    coalesce(e.is_archived, false) as archived,
    case
        when e.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (e.headers ->> 'occurred_at')::timestamptz
    end as occurred_at
from {events}.mt_events as e;

comment on column {ledger}.events.occurred_at is 'When it occurred, as the event states; null where it does not.';

-- As before, with the requests of recordings. What an event follows from stands shortly before it, so it is sought backwards from there: a join would look at all
-- events of a run for each, where the statistics do not know the run yet.
create or replace view {ledger}.llm_calls as
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
    coalesce(a.data ->> 'model', a.data ->> 'model_id', a.data ->> 'modelId', r.data ->> 'model', f.data ->> 'model') as model,
    coalesce(
        case
            when jsonb_typeof(a.headers -> 'call_ms') = 'number' then
                case
                    when (a.headers ->> 'call_ms')::numeric between 0 and 1000000000000 then
                        make_interval(secs => round((a.headers ->> 'call_ms')::numeric, 3)::double precision / 1000)
                end
        end,
        ao.at - fo.at) as duration,
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
    coalesce(r.id, f.id) as request_id,
    a.id as response_id,
    coalesce(r.data, f.data) as request,
    case when a.type = 'llm.response' then a.data end as response,
    ao.at as occurred_at
from {events}.mt_events as a
left join {events}.mt_events as r
    on r.id = case
        when a.causation_id ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then a.causation_id::uuid
    end
    and r.type = 'llm.request'
left join lateral (
    select e.id,
           e.type,
           e.data,
           e.headers
    from {events}.mt_events as e
    where a.causation_id is null
      and a.headers -> 'foreign_causes' ->> 0 is not null
      and e.stream_id = a.stream_id
      and e.version < a.version
      and e.headers ->> 'foreign_id' = a.headers -> 'foreign_causes' ->> 0
    order by e.version desc
    limit 1) as f
    on f.type = 'llm.request'
cross join lateral (
    select case
        when a.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (a.headers ->> 'occurred_at')::timestamptz
    end) as ao (at)
cross join lateral (
    select case
        when f.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (f.headers ->> 'occurred_at')::timestamptz
    end) as fo (at)
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
    null,
    case
        when r.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (r.headers ->> 'occurred_at')::timestamptz
    end
from {events}.mt_events as r
where r.type = 'llm.request'
  and r.headers ->> 'call_owner' is not null
  and not exists (
      select
      from {events}.mt_events as a
      where a.stream_id = r.stream_id
        and a.causation_id = r.id::text
        and a.type in ('llm.response', 'call.failed', 'call.released'));

comment on column {ledger}.llm_calls.duration is 'How long the call took, as its answer or the times of its events state it.';

comment on column {ledger}.llm_calls.occurred_at is 'When the call ended, as its answer states; of an open call, when it began.';

-- As before, with the times that events state; the end of a call is sought from the call on.
create or replace view {ledger}.tool_calls as
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
        ao.at - ro.at,
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
    a."timestamp" as ended_at,
    ro.at as occurred_at
from {events}.mt_events as r
left join lateral (
    select e.id,
           e.type,
           e.data,
           e.headers,
           e."timestamp"
    from {events}.mt_events as e
    where e.stream_id = r.stream_id
      and e.version > r.version
      and e.type in ('tool.returned', 'call.failed')
      and coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id') = coalesce(r.headers ->> 'foreign_id', r.id::text)
    order by e.version
    limit 1) as n
    on true
left join lateral (
    select e.id,
           e.type,
           e.data,
           e.headers,
           e."timestamp"
    from {events}.mt_events as e
    where n.id is null
      and e.stream_id = r.stream_id
      and e.version > r.version
      and e.type = 'call.released'
      and coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id') = coalesce(r.headers ->> 'foreign_id', r.id::text)
    order by e.version
    limit 1) as x
    on true
cross join lateral (
    select coalesce(n.id, x.id) as id,
           coalesce(n.type, x.type) as type,
           coalesce(n.data, x.data) as data,
           coalesce(n.headers, x.headers) as headers,
           coalesce(n."timestamp", x."timestamp") as "timestamp") as a
cross join lateral (
    select case
        when a.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (a.headers ->> 'occurred_at')::timestamptz
    end) as ao (at)
cross join lateral (
    select case
        when r.headers ->> 'occurred_at' ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            (r.headers ->> 'occurred_at')::timestamptz
    end) as ro (at)
where r.type = 'tool.called';

comment on column {ledger}.tool_calls.duration is
    'How long the call took, as its end or the times of its events state it, else the time between the two events in the log.';

comment on column {ledger}.tool_calls.occurred_at is 'When the call began, as it states.';

comment on column {ledger}.runs.duration is
    'From its first own event to the last one; of a recording that says when its events occurred, by these times.';
