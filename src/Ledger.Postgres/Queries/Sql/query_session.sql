-- The name of the session's role, if it may read more than readers may: a superuser, the owner of the log, and others that may read the keys of subjects. Else no row.
select current_user::text
where (select r.rolsuper from pg_roles as r where r.rolname = current_user)
   or coalesce(has_table_privilege(to_regclass(quote_ident({ledger_text}) || '.subject_key'), 'select'), true)
