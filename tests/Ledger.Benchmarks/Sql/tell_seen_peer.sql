-- Lets the commit that writes Marten's document of the run "probe" tell this session which version it stands for.
create function tell_seen()
returns trigger
language plpgsql
as $function$
begin
    perform pg_notify('bench_seen', new.mt_version::text);
    return null;
end
$function$;

create trigger tell_seen
after insert or update on peer.mt_doc_martencount
for each row
when (new.id = 'run:probe')
execute function tell_seen();

listen bench_seen
