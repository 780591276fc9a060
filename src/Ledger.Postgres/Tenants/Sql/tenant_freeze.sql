-- Makes a table of a log refuse writes. {table} its quoted name, {trigger} the trigger's, {condition} the tenant that is asked for, or nothing where the log is that of one.
create trigger {trigger} before insert or update or delete on {table} for each statement {condition} execute function {ledger}.tenant_has_moved_v1()
