-- The same as load_snapshot of a document that has a tenant. $1 the name of the stream, $2 the tenant. {documents}: the table.
select d.data,
       d.mt_version
from {documents} as d
where d.tenant_id = $2
  and d.id = $1
  and to_jsonb(d) ->> 'mt_deleted' is distinct from 'true'
