using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>What Ledger contributes to the code that JasperFx generates: written, compiled, and run in production without a compiler.</summary>
public sealed class CodeGenerationTests(SampleDatabase database) : IClassFixture<SampleDatabase>
{
    private const string FetchWorld = "await ledgerSession.FetchForWritingAsync<Ledger.World>(";
    private const string Save = "await ledgerSession.SaveAsync(cancellation)";

    [Theory]
    [InlineData("marten", "await using var ledgerSession = _ledgerEngine.Enlist(documentSession, context);", "await documentSession.SaveChangesAsync(cancellation)")]
    [InlineData("native", "await using var ledgerSession = await _ledgerEngine.BeginAsync(context, cancellation)", "await context.FlushOutgoingMessagesAsync()")]
    public async Task Codegen_WritesEveryHandler_AndWhatIsWrittenCompiles(string engine, string open, string after)
    {
        var folder = Directory.CreateTempSubdirectory("ledger-codegen-").FullName;
        try
        {
            foreach (var action in new[] { "write", "test" })
            {
                var (code, output) = await SampleProcess.RunAsAsync(engine, "Development", database.ConnectionString, folder, "codegen", action);
                code.ShouldBe(0, output);
            }

            var written = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).ToDictionary(
                path => Path.GetFileNameWithoutExtension(path).TrimEnd([.. "0123456789"]), File.ReadAllText, StringComparer.Ordinal);
            foreach (var handler in (string[])["StartRun", "AppendEvents", "ForkRun", "TakeStep", .. engine == "marten" ? ["ProposeClaim"] : Array.Empty<string>()])
            {
                ShouldBeInOrder(written[$"{handler}Handler"], open, Save, after);
            }

            ShouldBeInOrder(written["TakeStepHandler"], open, FetchWorld, "TakeStepHandler.Handle(", "stream_world.AppendMany(", Save, after);

            // These have no transaction of a message.
            written["SaveSnapshotHandler"].ShouldNotContain("ledgerSession");
            written["RebuildProjectionHandler"].ShouldNotContain("ledgerSession");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("marten")]
    [InlineData("native")]
    public async Task Static_WithoutACompiler_HandlesMessages(string engine)
    {
        Directory.EnumerateFiles(SampleProcess.FolderOfStatic(engine), "*.dll").Select(Path.GetFileName)
            .ShouldNotContain(file => file!.Contains("CodeAnalysis", StringComparison.Ordinal) || file.Contains("RuntimeCompil", StringComparison.Ordinal));
        var own = new SampleDatabase();
        await own.InitializeAsync();
        try
        {
            using var sample = await SampleProcess.StartStaticAsync(own.ConnectionString, engine);

            await sample.PostAsync("/runs/static/steps/3", "");
            await own.WaitAsync("select count(*) = 3 from ledger.mt_events where stream_id = 'run:static'");
            if (engine == "marten")
            {
                await sample.PostAsync("/runs/static/claims", new { Id = "c-1", Text = "It was written before." });
                await sample.PostAsync("/runs/static/forks", new { Id = "static", At = 2 });
                await own.WaitAsync("select count(*) = 4 from mt_doc_notice");
                await own.WaitAsync("select count(*) = 2 from mt_doc_casefile");
                (await own.AskAsync<long>("select count(*) from ledger.branch where stream = 'branch:static'")).ShouldBe(1);
            }

            (await own.AskAsync<bool>(
                "select bool_and((data -> 'data' ->> 'behind')::bigint = version - 1) from ledger.mt_events where data ->> 'type' = 'Step'")).ShouldBeTrue();
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("marten")]
    [InlineData("native")]
    public async Task Static_HandlersThatWereNotWritten_EndTheStart(string engine)
    {
        var (code, output) = await SampleProcess.RunAsAsync(engine, "Production", database.ConnectionString, AppContext.BaseDirectory);

        code.ShouldBe(1, output);
        output.ShouldContain("Static");
        output.ShouldNotContain("Now listening on");
    }

    private static void ShouldBeInOrder(string code, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            var found = code.IndexOf(part, at, StringComparison.Ordinal);
            found.ShouldBeGreaterThanOrEqualTo(at, $"'{part}' is not in its place in:\n{code}");
            at = found + part.Length;
        }
    }
}
