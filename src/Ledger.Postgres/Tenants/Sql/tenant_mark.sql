-- Whether the database has the tables of a log, and what is said about them: one row. A copy that is not finished says so there.
select to_regclass(format('%I.mt_events', {events_text})) is not null,
       coalesce(obj_description(to_regclass(format('%I.mt_events', {events_text})), 'pg_class'), '')
