using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Migrations;

public sealed class MigrateTests
{
    [Fact]
    public async Task NamedServer_IsMigratedOnlyWhenTold()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };

        var refused = await cli.RunAsync("run", "list");
        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldBe("");
        refused.Error.ShouldStartWith("ledger: Schema 'ledger' is not up to date: it lacks '0001_tables'");
        refused.Error.ShouldContain("Run 'ledger migrate apply'");
        (await cli.RunAsync("migrate", "assert")).ExitCode.ShouldBe(1);
        (await cli.JsonAsync("migrate", "list")).EnumerateArray().ShouldAllBe(m => m.GetProperty("state").GetString() == "pending");

        var applied = (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        applied.ShouldStartWith("applied  0001_tables\napplied  0002_call_owners\napplied  0003_world_documents\napplied  0004_run_summaries\napplied  0005_seal\napplied  0006_pending_runs\napplied  0007_questions_and_contracts\napplied  0008_forgetting\napplied  0009_retention\napplied  0010_search\napplied  0011_calls_of_marks\napplied  0012_sealed_records\napplied  0013_questions_of_recordings\napplied  0014_retention_folders\napplied  0015_ends_of_calls\napplied  0016_quotas\napplied  functions: ");
        applied.ShouldEndWith("Schema 'ledger' is up to date.\n");

        (await cli.RunAsync("migrate", "apply")).ShouldSucceed().ShouldBe("Schema 'ledger' was up to date.\n");
        (await cli.RunAsync("migrate", "assert")).ShouldSucceed().ShouldBe("Schema 'ledger' matches the migrations.\n");
        (await cli.JsonAsync("migrate", "assert")).GetArrayLength().ShouldBe(0);
        (await cli.RunAsync("migrate", "list")).ShouldSucceed().Split('\n')[0].ShouldMatch("^applied  0001_tables +20.*Z  by ");
        (await cli.RunAsync("migrate", "list")).ShouldSucceed().Split('\n').ShouldContain(line => line.StartsWith("applied  functions: ", StringComparison.Ordinal));
        (await cli.RunAsync("run", "list")).ShouldSucceed();
    }

    [Fact]
    public async Task Assert_Drift_NamesItAndExits1()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply", "--schema", "My Agents")).ShouldSucceed();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("""alter table "My Agents".mt_events add column extra integer""");
        await command.ExecuteNonQueryAsync();

        var result = await cli.RunAsync("migrate", "assert", "--schema", "My Agents");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("'extra'");
        result.Error.ShouldBe("ledger: Schema 'My Agents' does not match the migrations: 1 difference.\n");
        var json = await cli.RunAsync("migrate", "assert", "--schema", "My Agents", "--json");
        json.Output.ShouldStartWith("""[{"kind":"extra","subject":""");
    }

    [Fact]
    public async Task Assert_WhatANewerMartenAdded_IsANoteAndExits0()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(
            "alter table ledger.mt_streams add column later integer default 0; create table ledger.mt_later (id int)");
        await command.ExecuteNonQueryAsync();

        (await cli.RunAsync("migrate", "assert")).ShouldSucceed().ShouldBe(
            """
            note: The table 'ledger.mt_later' is new; it is left to Marten.
            note: The column 'later' of 'ledger.mt_streams' is new, 'integer default 0'; it is left to Marten.
            Schema 'ledger' matches the migrations.

            """);
        (await cli.JsonAsync("migrate", "assert")).EnumerateArray().Select(note => note.GetProperty("kind").GetString())
            .ShouldBe(["left_to_marten", "left_to_marten"]);
    }

    [Fact]
    public async Task Apply_WhatIsGone_IsMended()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        async Task DropAsync()
        {
            await using var command = source.CreateCommand("drop view ledger.event; drop function ledger.archive_v1(text)");
            await command.ExecuteNonQueryAsync();
        }

        await DropAsync();
        (await cli.RunAsync("migrate", "assert")).ExitCode.ShouldBe(1);
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed().ShouldBe(
            """
            mended   function 'ledger.archive_v1(text)'
            mended   view 'ledger.event'
            Schema 'ledger' is up to date.

            """);
        (await cli.RunAsync("migrate", "assert")).ShouldSucceed();
        await DropAsync();
        (await cli.JsonAsync("migrate", "apply")).EnumerateArray().Select(mended => mended.GetProperty("name").GetString())
            .ShouldBe(["function 'ledger.archive_v1(text)'", "view 'ledger.event'"]);
    }

    [Fact]
    public async Task Apply_OtherFunctions_NamesThem()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        async Task ChangeAsync()
        {
            await using var command = source.CreateCommand(
                """
                create function ledger.gone_v1() returns integer language sql as 'select 1';
                insert into ledger.schema_function select 'gone_v1', checksum, signature, '', applied_at, applied_by from ledger.schema_function where name = 'faults';
                update ledger.schema_function set checksum = repeat('0', 64) where name in ('history', 'world');
                """);
            await command.ExecuteNonQueryAsync();
        }

        await ChangeAsync();
        (await cli.RunAsync("migrate", "list")).ShouldSucceed().Split('\n')[1..].ShouldContain("pending  functions: 2 (history, world)");
        (await cli.RunAsync("run", "list")).Error.ShouldStartWith(
            "ledger: Schema 'ledger' is not up to date: it lacks the current text of function 'history', the current text of function 'world'. Run ");
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed().ShouldBe(
            """
            applied  functions: 2 (history, world)
            dropped  functions: 1 (gone_v1)
            Schema 'ledger' is up to date.

            """);
        (await cli.RunAsync("migrate", "assert")).ShouldSucceed();
        await ChangeAsync();
        (await cli.JsonAsync("migrate", "apply")).EnumerateArray()
            .Select(done => $"{done.GetProperty("state").GetString()} {done.GetProperty("name").GetString()}")
            .ShouldBe(["applied history", "applied world", "dropped gone_v1"]);
    }

    [Fact]
    public async Task Repair_SequenceBehindAndProgressBeyond_MendsWhatItIsTold()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        (await cli.RunAsync("run", "start", "--id", "first")).ShouldSucceed();
        for (var n = 0; n < 3; n++)
        {
            (await cli.RunAsync("append", "first", "--type", "a", "--data", "{}")).ShouldSucceed();
        }

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("""
            select setval('ledger.mt_events_sequence', 1);
            insert into ledger.mt_event_progression (name, last_seq_id) values ('usage:All', 9)
            """);
        await command.ExecuteNonQueryAsync();

        (await cli.RunAsync("migrate", "assert")).Error.ShouldBe("ledger: Schema 'ledger' does not match the migrations: 2 differences.\n");
        var append = await cli.RunAsync("append", "first", "--type", "a", "--data", "{}");
        (append.ExitCode, append.Error).ShouldBe((1, "ledger: The newest event of the log has number 3, but the sequence that numbers events is only at 2: new "
            + "events would get numbers that are taken, and are refused. Run 'ledger migrate repair', which sets the sequence to the newest event.\n"));
        var kept = await cli.RunAsync("migrate", "repair");
        (kept.ExitCode, kept.Error).ShouldBe((1, "ledger: The numbers of the log do not agree yet: 1 difference.\n"));
        (await cli.RunAsync("migrate", "repair", "--reset-progress")).ShouldSucceed().ShouldBe(
            "The progress of 'usage:All' was at 9 and is now at the newest event. Its stored results may include events that are gone: rebuild it with "
            + "'ledger projections rebuild'.\n");
        (await cli.RunAsync("migrate", "repair")).ShouldSucceed().ShouldBe(
            "The sequence, the events and the progress of readers agree; nothing was changed.\n");
        (await cli.RunAsync("append", "first", "--type", "a", "--data", "{}")).ShouldSucceed();
    }

    /// <summary>What the difference advises leads out of it.</summary>
    [Fact]
    public async Task Assert_ApplicationsStreamOfAReservedName_IsNamedUntilItIsCopiedAndArchived()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("""
            insert into ledger.mt_streams (id, version, tenant_id) values ('masked:ball', 1, '*DEFAULT*');
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            values (nextval('ledger.mt_events_sequence'), gen_random_uuid(), 'masked:ball', 1, '{"guest": "ann"}', 'invited', now(), '*DEFAULT*', '', false)
            """);
        await command.ExecuteNonQueryAsync();
        const string Sentence = "The stream 'masked:ball' has events of an application, whose appends are refused, because only Ledger writes streams of that name. "
            + "Copy what goes on to another name ('ledger export', 'ledger append --file'), and archive it ('ledger run archive').";
        (await cli.RunAsync("append", "masked:ball", "--type", "invited", "--data", "{}")).ExitCode.ShouldBe(1);

        (await cli.RunAsync("migrate", "assert")).Output.ShouldContain(Sentence);
        (await cli.RunAsync("doctor")).Output.ShouldContain(Sentence);
        var lines = (await cli.RunAsync("export", "masked:ball")).ShouldSucceed();
        (await (cli with { Input = lines }).RunAsync("append", "ball:masked", "--file", "-")).ShouldSucceed();
        (await cli.RunAsync("append", "ball:masked", "--type", "invited", "--data", "{}")).ShouldSucceed();
        (await cli.RunAsync("events", "ball:masked")).ShouldSucceed().ShouldContain("ann");
        (await cli.RunAsync("run", "archive", "masked:ball")).ShouldSucceed();
        (await cli.RunAsync("migrate", "assert")).ShouldSucceed();
    }

    [Fact]
    public async Task Tags_OfEventsFromBeforeTheTables_AreAdded()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();
        string[] append = ["append", "first", "--type", "tool.called", "--data", """{"tool": "kettle"}""", "--actor", "planner"];
        (await cli.RunAsync("run", "start", "--id", "first")).ShouldSucceed();
        (await cli.RunAsync(append)).ShouldSucceed();
        var refused = await cli.RunAsync("migrate", "tags");
        (refused.ExitCode, refused.Output).ShouldBe((1, ""));
        refused.Error.ShouldStartWith("ledger: Schema 'ledger' has no tables 'mt_dcb_tag_version', 'mt_event_tag_ledger_actor'");

        // As Marten makes them.
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(string.Concat(
            (string[])
            [
                """
                create table ledger.mt_dcb_tag_version (
                    tag_table varchar not null, tag_value text not null, tenant_id varchar not null default '*DEFAULT*', version bigint not null default 0,
                    constraint pk_mt_dcb_tag_version primary key (tag_table, tag_value, tenant_id));
                """,
                .. new[] { "actor", "model", "tool", "task" }.Select(kind =>
                    $"""
                    create table ledger.mt_event_tag_ledger_{kind} (
                        value text not null, seq_id bigint not null,
                        constraint pk_mt_event_tag_ledger_{kind} primary key (value, seq_id),
                        constraint fkey_mt_event_tag_ledger_{kind}_seq_id foreign key (seq_id) references ledger.mt_events (seq_id));
                    """),
            ]));
        await command.ExecuteNonQueryAsync();
        (await cli.RunAsync(append)).ShouldSucceed();

        (await cli.RunAsync("migrate", "tags")).ShouldSucceed().ShouldBe("Read 2 events, added 2 tags.\n");
        (await cli.JsonAsync("migrate", "tags")).GetRawText().ShouldBe("""{"events":2,"tags":0}""");
        (await cli.RunAsync("migrate", "assert")).ShouldSucceed().ShouldBe("Schema 'ledger' matches the migrations.\n");
    }

    [Fact]
    public async Task ChronoVerify_UnknownStore_IsRefused()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var cli = new Cli { ConnectionString = database.ConnectionString };
        (await cli.RunAsync("migrate", "apply")).ShouldSucceed();

        var refused = await cli.RunAsync("chrono", "verify", "nope");

        (refused.ExitCode, refused.Output, refused.Error).ShouldBe((1, "", "ledger: There is no record store 'nope'; nothing was verified.\n"));
        (await cli.RunAsync("replay", "run:nope")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Script_AsksNoServer()
    {
        var cli = new Cli { ConnectionString = "Host=127.0.0.1;Port=1" };

        (await cli.RunAsync("migrate", "script", "--schema", "agents")).ShouldSucceed().ShouldContain("\"agents\".mt_events");
        (await cli.JsonAsync("migrate", "script")).GetProperty("script").GetString()!.ShouldContain("mt_events");
    }
}
