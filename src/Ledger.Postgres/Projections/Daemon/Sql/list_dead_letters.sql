-- The dead letters that nobody dropped, in the order of the log. $1 the shard, or null for all.
select d.id,
       concat_ws(':', d.data ->> 'ProjectionName', d.data ->> 'ShardName'),
       (d.data ->> 'EventSequence')::bigint,
       e.stream_id,
       e.type,
       (d.data ->> 'Timestamp')::timestamptz,
       coalesce(d.data ->> 'ExceptionType', ''),
       coalesce(d.data ->> 'ExceptionMessage', '')
from {events}.mt_doc_deadletterevent as d
left join {events}.mt_events as e on e.seq_id = (d.data ->> 'EventSequence')::bigint
where ($1::text is null or concat_ws(':', d.data ->> 'ProjectionName', d.data ->> 'ShardName') = $1)
  and not d.data ? 'DroppedReason'
order by 3, 2
