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

            (await VerifyAsync(proof, database)).Output.ShouldBe("1 of 303\n");
            (await VerifyAsync(bundle, database)).Output.ShouldBe("7 of 303\n");
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
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<(int ExitCode, string Output, string Error)> VerifyAsync(string file, SealDatabase database) =>
        RunAsync(Path.Combine(SourceTree.Root, "tests/Ledger.Seal.Tests/Verifier/verify.py"), file, database.Key.VerifierKey);

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
