using System.ComponentModel;
using System.Diagnostics;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Verifier;

/// <summary>A verifier of other authors' rules in another language comes to the same result. Reported as skipped where there is no Python 3.</summary>
public sealed class PythonVerifierTests
{
    private static readonly Lazy<string?> Hindrance = new(() =>
    {
        try
        {
            return RunAsync("-c", "import sys; assert sys.version_info >= (3, 9)").GetAwaiter().GetResult().ExitCode == 0 ? null : "There is no Python 3.9 on this machine.";
        }
        catch (Win32Exception)
        {
            return "There is no python3 on this machine.";
        }
    });

    [PythonFact]
    public async Task Files_OfEventsAndRuns_AreVerifiedAndForgeriesAreNot()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-python");
        try
        {
            await using var database = await SealDatabase.CreateFilledAsync(300);
            var (proof, bundle) = (Path.Combine(folder.FullName, "event.tlog-proof"), Path.Combine(folder.FullName, "run.bundle"));
            var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 200");
            await File.WriteAllTextAsync(proof, (await database.Seal.ProveAsync(id)).ToString());
            await using (var file = File.Create(bundle))
            {
                await database.Seal.WriteRunAsync(StreamName.Branch("second"), file);
            }

            // The same file with an earlier checkpoint, and the checkpoints alone.
            var (kept, since) = (Path.Combine(folder.FullName, "kept.checkpoint"), Path.Combine(folder.FullName, "since.proof"));
            var note = (await database.Seal.FindCheckpointAsync())!;
            await File.WriteAllTextAsync(kept, note.ToString());
            (await VerifyAsync(kept, database)).Output.ShouldBe("0 of 303\n");
            (await VerifyAsync(proof, database)).Output.ShouldBe("1 of 303\n");
            (await VerifyAsync(bundle, database)).Output.ShouldBe("7 of 303\n");
            var whole = await File.ReadAllLinesAsync(bundle);
            await File.WriteAllLinesAsync(bundle, [.. whole[..2], whole[3], whole[2], .. whole[4..]]);
            (await VerifyAsync(bundle, database)).Error.ShouldContain("events are missing or in another order");
            await File.WriteAllLinesAsync(bundle, [whole[0].Replace("\"events\":7", "\"events\":6", StringComparison.Ordinal), .. whole[1..4], .. whole[5..]]);
            (await VerifyAsync(bundle, database)).Error.ShouldContain("the events are not the history of the run");
            await File.WriteAllLinesAsync(bundle, whole);
            var headers = (await File.ReadAllLinesAsync(bundle)).Count(line => line.Contains("\"headers\":", StringComparison.Ordinal));
            headers.ShouldBeGreaterThan(3);
            await File.WriteAllTextAsync(bundle, (await File.ReadAllTextAsync(bundle)).Replace("\"headers\":", "\"withheld\":", StringComparison.Ordinal));
            (await VerifyAsync(bundle, database)).Output.ShouldBe($"7 of 303\nheaders of {headers} withheld or erased\n");
            await File.WriteAllTextAsync(bundle, (await File.ReadAllTextAsync(bundle)).Replace("kit 0", "kit X", StringComparison.Ordinal));
            (await VerifyAsync(bundle, database)).Error.ShouldContain("data was changed");
            var text = await File.ReadAllTextAsync(proof);
            await File.WriteAllTextAsync(proof, text.Replace("index 199", "index 198", StringComparison.Ordinal));
            (await VerifyAsync(proof, database)).Error.ShouldContain("the event is not in the log");
            await File.WriteAllTextAsync(proof, text.Replace("\n303\n", "\n304\n", StringComparison.Ordinal));
            (await VerifyAsync(proof, database)).Error.ShouldContain("the signature is wrong");

            // The tiles, as a monitor reads them.
            var served = Path.Combine(folder.FullName, "tiles");
            await database.Seal.ExportAsync(served);
            (await VerifyAsync(served, database)).Output.ShouldBe("0 of 303\n");
            var tile = await File.ReadAllBytesAsync(Path.Combine(served, "tile/1/000.p/1"));
            tile[7] ^= 1;
            await File.WriteAllBytesAsync(Path.Combine(served, "tile/1/000.p/1"), tile);
            (await VerifyAsync(served, database)).Error.ShouldContain("a tile was changed");

            // An earlier checkpoint is led to by its proof, and by that of no other log.
            await database.FillAsync(40);
            var later = await database.SignAsync();
            await File.WriteAllTextAsync(proof, (await database.Seal.ProveAsync(id, note)).ToString());
            (await VerifyAsync(proof, database, kept)).Output.ShouldBe("1 of 344\n");
            await using (var file = File.Create(since))
            {
                await database.Seal.WriteConsistencyAsync(note, file);
            }

            (await VerifyAsync(since, database, kept)).Output.ShouldBe("0 of 344\n");
            (await VerifyAsync(kept, database, since)).ExitCode.ShouldNotBe(0);
            await File.WriteAllTextAsync(bundle, later.ToString());
            (await VerifyAsync(kept, database, bundle)).Error.ShouldContain("the log was cut off");
            var forged = await SignedNote.SignAsync(new Checkpoint("example.com/log", 303, Checkpoint.Of(later).Root).ToText(), [database.Key]);
            await File.WriteAllTextAsync(kept, forged.ToString());
            (await VerifyAsync(since, database, kept)).Error.ShouldContain("the log was rewritten");
            (await VerifyAsync(proof, database, kept)).Error.ShouldContain("the log was rewritten");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<(int ExitCode, string Output, string Error)> VerifyAsync(string file, SealDatabase database, params string[] earlier) =>
        RunAsync([Path.Combine(SourceTree.Root, "tests/Ledger.Seal.Tests/Verifier/verify.py"), file, database.Key.VerifierKey, .. earlier]);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        return (python.ExitCode, (await output).ReplaceLineEndings("\n"), await error);
    }

    private sealed class PythonFactAttribute : FactAttribute
    {
        public PythonFactAttribute() => Skip = Hindrance.Value;
    }
}
