-- The transactions of this database that have been open for long, the oldest first. $1 seconds. One row each: process (null: prepared), name of a prepared one,
-- role, application, state, seconds.
select a.pid,
       null::text,
       coalesce(a.usename, '')::text,
       coalesce(a.application_name, ''),
       coalesce(a.state, ''),
       extract(epoch from now() - a.xact_start)::double precision as age
from pg_stat_activity as a
where a.datname = current_database()
  and a.backend_type in ('client backend', 'parallel worker')
  and a.pid <> pg_backend_pid()
  and a.xact_start < now() - make_interval(secs => $1)
union all
select null, p.gid, p.owner::text, '', 'prepared', extract(epoch from now() - p.prepared)::double precision
from pg_prepared_xacts as p
where p.database = current_database()
  and p.prepared < now() - make_interval(secs => $1)
order by age desc
