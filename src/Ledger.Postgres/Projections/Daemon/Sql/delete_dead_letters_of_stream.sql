-- Forgets the dead letters of a shard that are about the stream of an event. $1 the shard, $2 the event's number.
delete from {events}.mt_doc_deadletterevent as d
using {events}.mt_events as e, {events}.mt_events as o
where concat_ws(':', d.data ->> 'ProjectionName', d.data ->> 'ShardName') = $1
  and e.seq_id = $2
  and o.seq_id = (d.data ->> 'EventSequence')::bigint
  and o.stream_id = e.stream_id
