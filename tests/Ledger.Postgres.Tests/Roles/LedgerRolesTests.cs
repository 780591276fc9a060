using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Roles;

public sealed class LedgerRolesTests
{
    [Fact]
    public async Task Check_BeforeAndAfterCreate_NamesWhatIsMissing_AndTheSchemaStaysAsItWas()
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();
        var (names, database) = (roles.Names, roles.Database);
        var before = (await roles.Roles.CheckAsync()).Select(finding => finding.Message).ToList();
        before.ShouldContain($"There is no role '{names.Writer}'.");
        before.ShouldContain($"The role '{names.Writer}' lacks execute on function ledger.append_v4.");
        before.ShouldContain("The role 'public' has execute on function ledger.append_v4, which it must not have.");
        before.ShouldContain($"The role '{names.MartenWriter}' lacks update (version) on table log.mt_streams.");
        before.ShouldContain($"The role '{names.Auditor}' lacks the rights of role '{names.Reader}'.");

        (await roles.Roles.CreateAsync()).ShouldBe(names);

        (await roles.Roles.CheckAsync()).ShouldBeEmpty();
        (await database.MessagesAsync()).ShouldBeEmpty();

        // Again, and by those who were not told the names; the triggers are not made again, which would wait for appends.
        const string Triggers = "select string_agg(oid::text, ' ' order by oid) from pg_trigger where tgrelid in ('log.mt_events'::regclass, 'log.mt_streams'::regclass)";
        var made = await database.AskAsync<string>(Triggers);
        (await new LedgerRoles(database.DataSource, database.Options).CreateAsync()).ShouldBe(names);
        (await new LedgerRoles(database.DataSource, database.Options).CheckAsync()).ShouldBeEmpty();
        (await database.AskAsync<string>(Triggers)).ShouldBe(made);
    }

    [Fact]
    public async Task Check_TooMuchAndTooLittle_NamesEach_AndCreateCorrectsIt()
    {
        await using var roles = await RoleDatabase.CreateAsync();
        var (names, database) = (roles.Names, roles.Database);
        var other = new NpgsqlConnectionStringBuilder(await roles.ConnectionStringOfAsync(names.Reader)).Username!;
        var (reader, writer, marten) = (Quoted(names.Reader), Quoted(names.Writer), Quoted(names.MartenWriter!));
        await database.ExecuteAsync($"""
            grant insert, update (data) on log.mt_events to {Quoted(other)};
            grant delete on log.mt_streams to {writer};
            grant select on ledger.seal_leaf to {reader};
            revoke select on ledger.branch from {reader};
            revoke execute on function ledger.append_v4 from {writer};
            grant execute on function ledger.append_event_v3 to public;
            grant create on schema log to {marten};
            grant {Quoted(names.Owner!)} to {Quoted(names.Operator)};
            alter role {writer} createrole;
            alter function ledger.fork_v2 security invoker;
            alter table ledger.seal_head owner to current_user;
            alter table log.mt_events disable trigger tr_mt_events_appended;
            grant select on log.mt_streams to public;
            grant create on schema ledger to public;
            create trigger mine after insert on log.mt_events for each row execute function ledger.guard_append_v1();
            create function ledger.append_v4(text) returns text language sql security definer as 'select $1'
            """);
        var admin = await database.AskAsync<string>("select current_user::text");

        (await roles.Roles.CheckAsync()).Select(finding => finding.Message).ShouldBe(
            [
                $"The role '{names.Owner}' lacks function ledger.fork_v2 as one that runs with its rights.",
                $"The role '{names.Owner}' lacks trigger tr_mt_events_appended.",
                $"The role '{names.Owner}' has trigger mine on table log.mt_events, which it must not have.",
                $"The role '{admin}' has function ledger.append_v4(text), which it must not have.",
                "The role 'public' has select on table log.mt_streams, which it must not have.",
                "The role 'public' has create on schema ledger, which it must not have.",
                $"The role '{names.Reader}' lacks select on table ledger.branch.",
                $"The role '{names.Reader}' has select on table ledger.seal_leaf, which it must not have.",
                $"The role '{names.Writer}' lacks execute on function ledger.append_v4.",
                $"The role '{names.Writer}' has delete on table log.mt_streams, which it must not have.",
                $"The role '{names.Writer}' has the attribute createrole, which it must not have.",
                $"The role '{names.MartenWriter}' has create on schema log, which it must not have.",
                $"The role '{names.Operator}' has the rights of role '{names.Owner}', which it must not have.",
                $"The role '{other}' has insert on table log.mt_events, which it must not have.",
                $"The role '{other}' has update (data) on table log.mt_events, which it must not have.",
                $"The role '{admin}' has the ownership of table ledger.seal_head, which it must not have.",
                "The role 'public' has execute on function ledger.append_event_v3, which it must not have.",
            ],
            ignoreOrder: true);

        await roles.Roles.CreateAsync();

        // What others have is theirs, and the database's administrator takes it from them.
        (await roles.Roles.CheckAsync()).Select(finding => finding.Role).Distinct()
            .ShouldBe([names.Operator, names.Writer, names.Owner!, admin, other], ignoreOrder: true);
        (await database.AskAsync<string>("select proowner::regrole::text || ' ' || has_function_privilege('public', oid, 'execute') from pg_proc where oid = 'ledger.append_v4(text)'::regprocedure"))
            .ShouldBe($"{admin} true");
    }

    [Fact]
    public async Task Create_WithOtherNames_FormerRolesHaveNothing_AndAppendsRunNoTrigger()
    {
        await using var roles = await RoleDatabase.CreateAsync();
        var database = roles.Database;
        var names = roles.Names with { Writer = roles.Names.MartenWriter!, MartenWriter = null };

        (await new LedgerRoles(database.DataSource, database.Options, names).CreateAsync()).ShouldBe(names);

        var former = roles.Names.Writer;
        (await database.AskAsync<long>($"""
            select (select count(*) from pg_auth_members where '{former}'::regrole in (roleid, member))
                + (select count(*) from pg_class as c cross join lateral aclexplode(c.relacl) as a where a.grantee = '{former}'::regrole)
                + (select count(*) from pg_proc as p cross join lateral aclexplode(p.proacl) as a where a.grantee = '{former}'::regrole)
            """)).ShouldBe(0);

        // Those of foreign keys aside: on inserts (4) into both tables, and on updates (16) of streams.
        (await database.AskAsync<long>("""
            select count(*) from pg_trigger
            where not tgisinternal
              and (tgrelid in ('log.mt_events'::regclass, 'log.mt_streams'::regclass) and tgtype & 4 > 0 or tgrelid = 'log.mt_streams'::regclass and tgtype & 16 > 0)
            """)).ShouldBe(0);
        (await new LedgerRoles(database.DataSource, database.Options).CreateAsync()).ShouldBe(names);
        (await new LedgerRoles(database.DataSource, database.Options).CheckAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Create_OwnerIsASuperuser_IsRefused_AndTheCheckNamesIt()
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();
        var database = roles.Database;
        var owned = new LedgerRoles(database.DataSource, database.Options, roles.Names with { Owner = null });

        (await Should.ThrowAsync<ArgumentException>(() => owned.CreateAsync())).Message.ShouldContain("a superuser, and with roles a writer's appends would run as one. Name another owner, with --owner");

        (await database.AskAsync<long>("select count(*) from pg_proc where prosecdef")).ShouldBe(0);
        (await roles.Roles.CheckAsync()).Select(finding => finding.Message).ShouldContain($"The role '{roles.Names.Owner}' lacks the ownership of the tables.");
        await roles.Roles.CreateAsync();
        await database.ExecuteAsync($"alter role {Quoted(roles.Names.Owner!)} superuser");
        (await roles.Roles.CheckAsync()).ShouldHaveSingleItem().Message.ShouldBe($"The role '{roles.Names.Owner}' has the attribute superuser, which it must not have.");
    }

    [Fact]
    public async Task Script_RunByPsqlTwice_IsWhatCreateDoes()
    {
        await using var roles = await RoleDatabase.WithoutRolesAsync();

        await roles.Database.RunPsqlAsync(roles.Roles.Script());
        await roles.Database.RunPsqlAsync(roles.Roles.Script());

        (await roles.Roles.CheckAsync()).ShouldBeEmpty();
        (await roles.Database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_FunctionsChangeAndTablesCome_RolesKeepTheirRights()
    {
        await using var roles = await RoleDatabase.CreateAsync();
        var database = roles.Database;
        await database.ExecuteAsync($"""
            update ledger.schema_function set checksum = repeat('0', 64);
            update ledger.schema_function set signature = repeat('0', 64) where name in ('append_v4', 'fork_v2');
            drop table ledger.call_owner;
            create table log.mt_doc_later (id varchar primary key);
            alter table log.mt_doc_later owner to "{roles.Names.Owner}"
            """);

        await using (var owner = NpgsqlDataSource.Create(await roles.ConnectionStringOfAsync(roles.Names.Owner!)))
        {
            // A statement without the rest, as psql or Marten run it, leaves a function as it ran, and to those who could call it, also where it is dropped.
            await using var one = owner.CreateCommand(database.Options.Schemas.Fill(SchemaFunction.All.Single(function => function.Name == "fork_v2").Apply(Migration.All.Count)));
            await one.ExecuteNonQueryAsync();
            (await database.AskAsync<string>($"""
                select prosecdef || ' ' || has_function_privilege('{roles.Names.Writer}', oid, 'execute') || ' ' || has_function_privilege('{roles.Names.Reader}', oid, 'execute')
                from pg_proc where proname = 'fork_v2'
                """)).ShouldBe("true true false");

            await new LedgerMigrator(owner, database.Options).ApplyAsync();
            (await roles.Roles.CheckAsync()).ShouldBeEmpty();

            // As where a call has failed before it gave the rights.
            await database.ExecuteAsync($"revoke select on ledger.call_owner from {Quoted(roles.Names.Reader)}; grant execute on function ledger.append_v4 to public");
            (await new LedgerMigrator(owner, database.Options).ApplyAsync()).IsNothing.ShouldBeTrue();
        }

        (await roles.Roles.CheckAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg_writer")]
    [InlineData("public")]
    [InlineData("a{events}")]
    [InlineData("ledger_reader")]
    public void Names_ThatCannotBeRoles_AreRefused(string writer)
    {
        using var nowhere = NpgsqlDataSource.Create("Host=nowhere");
        Should.Throw<ArgumentException>(() => new LedgerRoles(nowhere, null, new LedgerRoleNames { Writer = writer }));
    }

    private static string Quoted(string name) => $"\"{name}\"";
}
