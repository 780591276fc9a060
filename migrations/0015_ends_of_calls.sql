-- Questions about calls go from each call to its end, and from an answer to its request, by the indexes that index_events makes on request: a run may then have any number
-- of open calls, and answers to what the log does not have. The columns are as before, and the times that events state are read by one function.

-- The index of ends had another form. Where it was made, it is made again, with that of the requests.
do $indexes$
begin
    if to_regclass(quote_ident({events_text}) || '.ix_mt_events_end') is not null then
        drop index {events}.ix_mt_events_end;
        create index ix_mt_events_end on {events}.mt_events (
            stream_id, hashtextextended(coalesce(causation_id, headers -> 'foreign_causes' ->> 0, data ->> 'call_id'), 0))
            where type in ('llm.response', 'tool.returned', 'call.failed', 'call.released');
        create index ix_mt_events_request on {events}.mt_events (
            stream_id, hashtextextended(headers ->> 'foreign_id', 0))
            where type = 'llm.request'
              and headers ->> 'foreign_id' is not null;
    end if;
end
$indexes$;

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
    {ledger}.stated_time_v1(e.headers ->> 'occurred_at') as occurred_at
from {events}.mt_events as e;

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
        {ledger}.stated_time_v1(a.headers ->> 'occurred_at') - {ledger}.stated_time_v1(f.headers ->> 'occurred_at')) as duration,
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
    {ledger}.stated_time_v1(a.headers ->> 'occurred_at') as occurred_at
from {events}.mt_events as a
left join {events}.mt_events as r
    on r.id = case
        when a.causation_id ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then a.causation_id::uuid
    end
    and r.type = 'llm.request'
left join lateral (
    select e.id,
           e.data,
           e.headers
    from {events}.mt_events as e
    where a.causation_id is null
      and e.stream_id = a.stream_id
      and hashtextextended(e.headers ->> 'foreign_id', 0) = hashtextextended(a.headers -> 'foreign_causes' ->> 0, 0)
      and e.headers ->> 'foreign_id' = a.headers -> 'foreign_causes' ->> 0
      and e.type = 'llm.request'
      and e.version < a.version
    order by e.version + 0 desc
    limit 1) as f
    on true
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
    {ledger}.stated_time_v1(r.headers ->> 'occurred_at')
from {events}.mt_events as r
left join lateral (
    select e.id
    from {events}.mt_events as e
    where e.stream_id = r.stream_id
      and hashtextextended(coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id'), 0) = hashtextextended(r.id::text, 0)
      and e.causation_id = r.id::text
      and e.type in ('llm.response', 'call.failed', 'call.released')
    order by e.version + 0
    limit 1) as a
    on true
where r.type = 'llm.request'
  and r.headers ->> 'call_owner' is not null
  and a.id is null;

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
        {ledger}.stated_time_v1(a.headers ->> 'occurred_at') - {ledger}.stated_time_v1(r.headers ->> 'occurred_at'),
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
    {ledger}.stated_time_v1(r.headers ->> 'occurred_at') as occurred_at
from {events}.mt_events as r
left join lateral (
    select e.id,
           e.type,
           e.data,
           e.headers,
           e."timestamp"
    from {events}.mt_events as e
    where e.stream_id = r.stream_id
      and hashtextextended(coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id'), 0) = hashtextextended(coalesce(r.headers ->> 'foreign_id', r.id::text), 0)
      and coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id') = coalesce(r.headers ->> 'foreign_id', r.id::text)
      and e.type in ('tool.returned', 'call.failed')
      and e.version > r.version
    order by e.version + 0
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
      and hashtextextended(coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id'), 0) = hashtextextended(coalesce(r.headers ->> 'foreign_id', r.id::text), 0)
      and coalesce(e.causation_id, e.headers -> 'foreign_causes' ->> 0, e.data ->> 'call_id') = coalesce(r.headers ->> 'foreign_id', r.id::text)
      and e.type = 'call.released'
      and e.version > r.version
    order by e.version + 0
    limit 1) as x
    on true
cross join lateral (
    select coalesce(n.id, x.id) as id,
           coalesce(n.type, x.type) as type,
           coalesce(n.data, x.data) as data,
           coalesce(n.headers, x.headers) as headers,
           coalesce(n."timestamp", x."timestamp") as "timestamp") as a
where r.type = 'tool.called';
