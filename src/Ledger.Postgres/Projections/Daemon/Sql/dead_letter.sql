-- Records the next event of a shard as one that it could not apply, as Marten does. $1 the projection, $2 the rest of the shard's name,
-- $3 where the shard is, $4 the last number wanted, $5 the type of the exception, $6 its message. The event's number.
with letter as (
    insert into {events}.mt_doc_deadletterevent (id, data, mt_dotnet_type)
    select n.id,
           jsonb_build_object(
               'Id', n.id,
               'Timestamp', clock_timestamp(),
               'ShardName', $2,
               'EventSequence', n.seq_id,
               'ExceptionType', $5,
               'ExceptionMessage', $6,
               'ProjectionName', $1),
           'JasperFx.Events.Daemon.DeadLetterEvent'
    from (
        select gen_random_uuid() as id, e.seq_id
        from {events}.mt_events as e
        where e.seq_id > $3
          and e.seq_id <= $4
        order by e.seq_id
        limit 1) as n
    returning data)
select (l.data ->> 'EventSequence')::bigint
from letter as l
