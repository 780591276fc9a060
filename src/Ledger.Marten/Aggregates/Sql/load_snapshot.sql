-- The document of a stream and the version that it stands for. $1 the name of the stream. {documents}: the table. No row if there is no document, or
-- if it is marked as deleted, for which only some tables have a column.
select d.data,
       d.mt_version
from {documents} as d
where d.id = $1
  and to_jsonb(d) ->> 'mt_deleted' is distinct from 'true'
