-- Makes this database refuse every write to the log, which another database has now.
create function {ledger}.log_has_moved()
    returns trigger
    language plpgsql
as $$
begin
    raise exception 'This log has moved to another database: nothing was written. Ask the map of tenants again.' using errcode = 'LG042';
end
$$;
create trigger tr_log_has_moved before insert or update or delete on {events}.mt_streams for each statement execute function {ledger}.log_has_moved();
create trigger tr_log_has_moved before insert or update or delete on {events}.mt_events for each statement execute function {ledger}.log_has_moved()
