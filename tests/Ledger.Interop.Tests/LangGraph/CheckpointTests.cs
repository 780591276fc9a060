using System.Data.Common;
using System.Text;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Files;
using Ledger.Log;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.LangGraph;

/// <summary>
/// Databases of LangGraph's checkpointers. <c>langgraph-js.sqlite</c> was written by LangGraph for JavaScript, with a model that is a function;
/// <c>langgraph-python.sqlite</c> by the checkpointer and serializer of Python, called in the order in which a graph calls them.
/// </summary>
public sealed class CheckpointTests
{
    private const string JavaScript = "langgraph-js.sqlite";
    private const string Python = "langgraph-python.sqlite";

    [Theory]
    [InlineData(JavaScript)]
    [InlineData(Python)]
    public async Task Read_RealDatabase_IsAsApproved(string name)
    {
        using var file = CheckpointFile.Of(name);

        var read = await file.ReadAsync();

        read.Text().ShouldBeApproved(name);
        var (ledger, results) = await read.ImportAsync();
        results.Sum(r => r.WrittenEvents).ShouldBe(read.Totals.Events);
        (await (await file.ReadAsync()).ImportAsync(ledger)).Sum(r => r.WrittenEvents).ShouldBe(0);
        foreach (var stream in results.Select(r => r.Stream))
        {
            // The fold applies each event of an object.
            await (await ledger.OpenAsync(stream)).WithFaults(Worlds.WorldFaults.Throw).GetWorldAsync();
        }
    }

    [Fact]
    public async Task Copy_RealDatabase_IsTheSampleByLine()
    {
        using var file = CheckpointFile.Of(JavaScript);
        using var source = await file.OpenAsync();
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            await File.WriteAllBytesAsync(Path.Combine(SampleFile.Folder, "langgraph.jsonl"), source.ReadAll());
        }

        Encoding.UTF8.GetString(source.ReadAll()).ShouldBe(Encoding.UTF8.GetString(SampleFile.Bytes("langgraph.jsonl")));
    }

    [Fact]
    public void Read_ChannelThatIsAListOfMessagesAndThenNot_HasNoMessageOfAnObject()
    {
        var lines = string.Join('\n', new[] { "[]", "{\"a\":1}", """[{"type":"human","id":"h","content":"x"}]""", "[]", "5" }.Select((value, i) =>
            $$$$"""{"thread_id":"t","checkpoint_ns":"","checkpoint_id":"c{{{{i}}}}","parent_checkpoint_id":"c{{{{i - 1}}}}","checkpoint":{"channel_versions":{"m":{{{{i}}}}},"channel_values":{"m":{{{{value}}}}}}}"""));

        Recording.Read(lines).Recordings.Single().Read().Select(e => EventRegistry.Default.Write(e).Type).Where(type => type != "langgraph.checkpoint")
            .ShouldBe(["object.created", "llm.request", "object.removed", "conversation.message_removed", "object.created"]);
    }

    [Fact]
    public async Task Read_OneThread_HasItAlone()
    {
        using var file = CheckpointFile.Of(Python);

        (await file.ReadAsync("broken")).Recordings.Select(r => r.Id).ShouldBe(["r-broken"]);
        (await file.ReadAsync()).Recordings.Where(r => r.Branch is null).Select(r => r.Id).ShouldBe(["r-kettle", "r-broken"]);
        (await Should.ThrowAsync<CheckpointException>(() => file.ReadAsync("cup"))).Message
            .ShouldBe("The database has no thread 'cup'. It has 'kettle', 'broken'.");
    }

    [Fact]
    public async Task Read_SecretOfPydantic_IsNotInTheEvents()
    {
        using var file = CheckpointFile.Of(Python);

        var text = (await file.ReadAsync()).Text();

        text.ShouldContain("Ada");
        text.ShouldNotContain("secret-token");
    }

    [Theory]
    [InlineData(JavaScript)]
    [InlineData(Python)]
    public async Task Import_ThreadThatGrewByACheckpoint_IsTheWholeThread(string name)
    {
        using var file = CheckpointFile.Of(name);
        var whole = await file.ReadAsync();
        var expected = (await whole.ImportAsync()).Ledger;
        var growing = new AgentLedger(new MemoryEventStore());
        foreach (var last in file.Column("select checkpoint_id from checkpoints order by checkpoint_id"))
        {
            using var earlier = CheckpointFile.Of(name).Run(
                """
                delete from checkpoints where checkpoint_id > @last;
                delete from writes where checkpoint_id > @last or (checkpoint_id = @last and channel = '__resume__');
                """,
                ("@last", last));
            await (await earlier.ReadAsync()).ImportAsync(growing);
        }

        (await whole.ImportAsync(growing)).Sum(r => r.WrittenEvents).ShouldBe(0);
        foreach (var recording in whole.Recordings)
        {
            var stream = recording.Branch is null ? StreamName.Run(recording.Id) : StreamName.Branch(recording.Id);

            // What was pending when the thread was shorter is in the log, and moves the places where branches begin.
            (await EventsAsync(growing, stream)).ShouldBe(await EventsAsync(expected, stream));
        }
    }

    [Theory]
    [InlineData("drop table checkpoints", "The database has no table 'checkpoints', which LangGraph's checkpointers make. Nothing was read.")]
    [InlineData(
        "alter table checkpoints drop column parent_checkpoint_id",
        "The table 'checkpoints' has no column 'parent_checkpoint_id', so it is not one of LangGraph, or is of a version without a history. Nothing was read.")]
    [InlineData("delete from checkpoints", "The database has no checkpoints. Nothing was read.")]
    [InlineData(
        "update checkpoints set type = 'msgpack+aes' where thread_id = 'broken'",
        "The checkpoint 'ID' of the thread 'broken' is in the form 'msgpack+aes', which only the program that wrote it can read. Nothing was read.")]
    [InlineData(
        "update checkpoints set checkpoint = substr(checkpoint, 1, 50) where thread_id = 'broken'",
        "The checkpoint 'ID' of the thread 'broken' ends early, at byte 50. Nothing was read.")]
    [InlineData("update checkpoints set checkpoint = x'05' where thread_id = 'broken'", "The checkpoint 'ID' of the thread 'broken' is not an object. Nothing was read.")]
    [InlineData("update checkpoints set checkpoint = x'c1' where thread_id = 'broken'", "The checkpoint 'ID' of the thread 'broken' has the byte 0xc1, which MessagePack does not use, at 0. Nothing was read.")]
    [InlineData("update checkpoints set checkpoint = null where thread_id = 'broken'", "The checkpoint 'ID' of the thread 'broken' ends early, at byte 0. Nothing was read.")]
    [InlineData("update checkpoints set metadata = '{' where thread_id = 'broken'", "The checkpoint 'ID' of the thread 'broken' has a value that is malformed JSON, or nested too deeply. Nothing was read.")]
    [InlineData("update writes set value = x'c4ff' where thread_id = 'broken'", "The checkpoint 'ID' of the thread 'broken' has a value that ends early, at byte 2. Nothing was read.")]
    public async Task Read_WrongTables_AreRefusedInASentence(string damage, string message)
    {
        using var file = CheckpointFile.Of(Python);
        var id = file.Column("select checkpoint_id from checkpoints where thread_id = 'broken'").Single();

        (await Should.ThrowAsync<CheckpointException>(() => file.Run(damage).ReadAsync())).Message.ShouldBe(message.Replace("ID", id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_ValuesOfOtherForms_AreKeptAndCounted()
    {
        using var file = CheckpointFile.Of(Python).Run("update writes set type = 'pickle', value = x'80040a' where thread_id = 'broken'");

        var read = await file.ReadAsync("broken");

        read.Text().ShouldContain("""{"$type":"pickle","base64":"gAQK"}""");
        read.Extra.ShouldContain(e => e.Key == "values in the form 'pickle', as base64" && e.Value == 1);

        using var keys = CheckpointFile.Of(Python).Run("update writes set type = 'msgpack', value = x'820102a13103' where thread_id = 'broken'");
        read = await keys.ReadAsync("broken");
        read.Text().ShouldContain("""{"1":2,"1~2":3}""");
        read.Extra.ShouldContain(e => e.Key == "members that got a number, because another has their name" && e.Value == 1);
    }

    [Fact]
    public async Task Read_DamagedDatabase_AsAWholeOrRefusedInASentence()
    {
        var whole = SampleFile.Bytes(Python);
        await Law.HoldsAsync(
            Law.ArraysOf(from kind in Gen.Choose(0, 3) from at in Gen.Choose(0, whole.Length - 1) from value in Gen.Choose(0, 255) select (kind, at, value), upTo: 8),
            async damages =>
            {
                var bytes = whole.ToArray();
                foreach (var (kind, at, value) in damages)
                {
                    switch (kind)
                    {
                        case 0:
                            bytes = at % 4 == 0 ? bytes[..Math.Min(bytes.Length, at)] : bytes;
                            break;
                        case 1:
                            bytes.AsSpan(Math.Min(at, bytes.Length), Math.Min(16, bytes.Length - Math.Min(at, bytes.Length))).Fill((byte)value);
                            break;
                        default:
                            bytes[Math.Min(at, bytes.Length - 1)] = (byte)value;
                            break;
                    }

                    if (bytes.Length == 0)
                    {
                        return;
                    }
                }

                using var file = new CheckpointFile(bytes);
                try
                {
                    using var source = await file.OpenAsync();
                    await Recordings.Read(source, "r").ImportAsync();
                }
                catch (Exception fault) when (fault is CheckpointException or EventFileException or ImportRefusedException)
                {
                    fault.Message.ShouldEndWith(".");
                }
                catch (SqliteException fault)
                {
                    // The provider's own sentence.
                    fault.ShouldBeAssignableTo<DbException>();
                }
            },
            times: 150);
    }

    private static async Task<List<string>> EventsAsync(AgentLedger ledger, StreamName stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Where(e => e.Type is not ("langgraph.pending" or "branch.created"))
            .Select(e => $"{e.Metadata.ForeignId} {e.Type} {string.Join(' ', e.Metadata.ForeignCauses)} {e.ToJsonElement().GetRawText()}")];
}
