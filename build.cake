// ./build.sh [target] [arguments]: Clean, Compile (part of the others), Build (default), Test, Soak, LowestMarten (part of Soak), Demo, Bench, Scale, Pack, Sbom, Docs, Tour. What follows the target goes to the program it runs.
using System.Xml.Linq;

var rest = (EnvironmentVariable("LEDGER_BUILD_ARGUMENTS") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
var results = MakeAbsolute(Directory("artifacts/test-results"));

void DotNet(params string[] arguments)
{
    var code = Run("dotnet", arguments);
    if (code != 0) throw new CakeException(code, $"'dotnet {arguments[0]}' ended with {code}.");
}

int Run(string program, params string[] arguments)
{
    var all = new ProcessArgumentBuilder();
    foreach (var argument in arguments) all.AppendQuoted(argument);
    return StartProcess(program, new ProcessSettings { Arguments = all });
}

Task("Clean").Does(() =>
{
    CleanDirectory("artifacts");
    DeleteDirectories(GetDirectories("src/*/bin") + GetDirectories("src/*/obj") + GetDirectories("tests/*/bin") + GetDirectories("tests/*/obj"),
        new DeleteDirectorySettings { Recursive = true });
});

// One compiler serves all projects, under a name that no other build uses. Left running, it would hold files and outlive the build.
Task("Compile").Does(() =>
{
    var compiler = $"ledger-build-{Environment.ProcessId}";
    try
    {
        DotNet("build", "Ledger.sln", "-c", "Release", "-nodeReuse:false", "-nologo", "-v", "quiet", "-p:UseSharedCompilation=true", $"-p:SharedCompilationId={compiler}");
    }
    finally
    {
        var property = new ProcessSettings { Arguments = "msbuild src/Ledger/Ledger.csproj -getProperty:RoslynTargetsPath", RedirectStandardOutput = true };
        if (StartProcess("dotnet", property, out var folder) == 0)
            Run("dotnet", System.IO.Path.Combine(folder.First(), "bincore", "VBCSCompiler.dll"), $"-pipename:{compiler}", "-shutdown");
    }
});

// The command, compiled for this machine ahead of time: most of a short command would be compilation otherwise. The compiler for that is a package of the feed;
// where it has none, the command starts later and is the same.
Task("Build").IsDependentOn("Compile").Does(() =>
{
    CleanDirectory("artifacts/cli");
    string[] publish = ["publish", "src/Ledger.Cli", "-c", "Release", "-o", "artifacts/cli", "-nodeReuse:false", "-nologo", "-v", "quiet"];
    if (Run("dotnet", [.. publish, "-p:AheadOfTime=true", "-p:BuildProjectReferences=false"]) != 0)
    {
        Warning("The command could not be compiled ahead of time, and is published without that.");
        CleanDirectory("artifacts/cli");
        DotNet(publish);
    }

    System.IO.File.Delete("artifacts/ledger");
    System.IO.File.CreateSymbolicLink("artifacts/ledger", "cli/Ledger.Cli");
});

Task("Test").IsDependentOn("Compile").Does(() =>
{
    EnsureDirectoryExists(results);
    CleanDirectory(results);
    // Three projects at a time, the longest first in the solution: many tests wait for a server that starts, stops or is gone.
    var arguments = new[] { "test", "Ledger.sln", "-maxcpucount:3", "-c", "Release", "--no-build", "-nodeReuse:false", "-nologo", "--logger", "trx", "--results-directory", results.FullPath };
    var code = Run("dotnet", arguments.Concat(rest).ToArray());
    var runs = GetFiles($"{results}/**/*.trx").Select(file => XDocument.Load(file.FullPath)).ToList();
    int Sum(string name) => runs.Select(run => run.Descendants().First(element => element.Name.LocalName == "Counters")).Sum(counters => (int)counters.Attribute(name));
    var (total, passed, executed) = (Sum("total"), Sum("passed"), Sum("executed"));
    // The last line of build.sh, after Cake has said what it has to say.
    System.IO.File.WriteAllText($"{results}/summary", $"{passed} passed, {executed - passed} failed, {total - executed} skipped\n");
    // Again at the end, where somebody looks who sees the last page only.
    foreach (var test in runs.SelectMany(run => run.Descendants()).Where(element => element.Name.LocalName == "UnitTestResult" && (string)element.Attribute("outcome") == "Failed"))
    {
        string Text(string name) => test.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";
        Information("Failed: {0}\n{1}", (string)test.Attribute("testName"), string.Join("\n", $"{Text("Message")}\n{Text("StackTrace")}".Split('\n').Take(25).Select(line => line.Length > 300 ? line[..300] : line)));
    }

    if (code != 0 || passed < executed) throw new CakeException(1, "Tests failed.");
    // A project whose tests are not found reports no failure.
    var ran = runs.Where(run => run.Descendants().Any(element => element.Name.LocalName == "Counters" && (int)element.Attribute("executed") > 0))
        .SelectMany(run => run.Descendants()).Where(element => element.Name.LocalName == "UnitTest")
        .Select(test => System.IO.Path.GetFileNameWithoutExtension((string)test.Attribute("storage"))).ToHashSet(StringComparer.OrdinalIgnoreCase);
    var silent = GetFiles("tests/*.Tests/*.csproj").Select(project => project.GetFilenameWithoutExtension().FullPath).Where(name => !ran.Contains(name)).ToList();
    if (silent.Count > 0 && rest.Length == 0) throw new CakeException(1, $"No test ran in {string.Join(", ", silent)}.");
});

// The lowest Marten that the adapter works with; the rest of the build has the current one.
Task("LowestMarten").Does(() =>
    DotNet("test", "tests/Ledger.Marten.Tests", "-c", "Release", "-p:MartenVersion=9.54.0", "--artifacts-path", "artifacts/lowest-marten", "-nodeReuse:false", "-nologo"));

Task("Soak").IsDependentOn("Test").IsDependentOn("LowestMarten").IsDependentOn("Docs").IsDependentOn("SoakScale");

// The same as Scale at 10,000,000 events, unless LEDGER_SCALE says another size; the page of docs/ stays as it is.
Task("SoakScale").IsDependentOn("Compile").Does(() =>
{
    Environment.SetEnvironmentVariable("LEDGER_SCALE", EnvironmentVariable("LEDGER_SCALE") ?? "10000000");
    EnsureDirectoryExists("artifacts");
    DotNet("run", "--project", "tests/Ledger.Benchmarks", "-c", "Release", "--no-build", "--", "scale", "artifacts/scale.md");
});

// The README and the tutorials to the letter, in empty folders and with an empty cache of packages; the templates, the tool and the packages; and the site in a browser.
Task("Tour").IsDependentOn("Pack").IsDependentOn("Docs").Does(() =>
{
    string[] test = ["-c", "Release", "--no-build", "-nodeReuse:false", "-nologo", "--logger", "console;verbosity=normal"];
    DotNet(new[] { "test", "tests/Ledger.Packages.Tests" }.Concat(test).Concat(rest).ToArray());
    if (rest.Length == 0) DotNet(new[] { "test", "tests/Ledger.Explorer.Tests", "--filter", "FullyQualifiedName~DocsSiteTests" }.Concat(test).ToArray());
});

Task("Demo").IsDependentOn("Build").Does(() =>
{
    var code = Run("artifacts/ledger", rest.Prepend("demo").ToArray());
    if (code != 0) throw new CakeException(code, $"'ledger demo' ended with {code}.");
});

Task("Bench").IsDependentOn("Compile").Does(() =>
    DotNet(new[] { "run", "--project", "tests/Ledger.Benchmarks", "-c", "Release", "--no-build", "--" }.Concat(rest).ToArray()));

// A log of 1,000,000 events and a large one, as large as the disk allows or as LEDGER_SCALE says: docs/scale.md.
Task("Scale").IsDependentOn("Compile").Does(() =>
    DotNet("run", "--project", "tests/Ledger.Benchmarks", "-c", "Release", "--no-build", "--", "scale", "docs/scale.md"));

// A tool of one version. A feed that has dropped it has a later one of the same major version.
string Tool(string package, string version, string command)
{
    var folder = $"artifacts/tools/{package}";
    var path = MakeAbsolute(File($"{folder}/{command}"));
    if (!FileExists(path) && Run("dotnet", "tool", "install", package, "--tool-path", folder, "--version", version) != 0)
        DotNet("tool", "install", package, "--tool-path", folder, "--version", $"{version.Split('.')[0]}.*");
    return path.FullPath;
}

// Some tools are built for an older .NET than the one that is here.
void RunTool(string path, params string[] arguments)
{
    Environment.SetEnvironmentVariable("DOTNET_ROLL_FORWARD", "Major");
    var code = Run(path, arguments);
    Environment.SetEnvironmentVariable("DOTNET_ROLL_FORWARD", null);
    if (code != 0) throw new CakeException(code, $"'{System.IO.Path.GetFileName(path)}' ended with {code}.");
}

Task("Pack").IsDependentOn("Compile").Does(() =>
{
    CleanDirectory("artifacts/packages");
    DotNet("pack", "Ledger.sln", "-c", "Release", "--no-build", "-nodeReuse:false", "-nologo", "-v", "quiet");
});

// Apart from Pack, which needs no other tool than the SDK.
Task("Sbom").IsDependentOn("Pack").Does(() =>
{
    // What is in the packages and what they need, in SPDX, with the hash of each file: artifacts/packages/_manifest.
    var version = XDocument.Load("src/Directory.Build.props").Descendants("Version").Single().Value;
    RunTool(Tool("Microsoft.Sbom.DotNetTool", "4.1.13", "sbom-tool"),
        "generate", "-b", "artifacts/packages", "-bc", "src", "-pn", "Ledger", "-pv", version, "-ps", "The Ledger contributors", "-nsb", "https://spdx.org/spdxdocs", "-V", "Warning");
});

// The site: the pages of docs/ and the reference from the comments in the code, as files in artifacts/site.
Task("Docs").IsDependentOn("Compile").Does(() =>
{
    var docfx = Tool("docfx", "2.81.0", "docfx");
    CleanDirectory("artifacts/site");
    CleanDirectory("docs/api");
    RunTool(docfx, "docfx.json", "--warningsAsErrors");

    // For models: each page as it is written, beside the one for people, and their list where it is looked for (https://llmstxt.org).
    var docs = MakeAbsolute(Directory("docs"));
    foreach (var page in GetFiles("docs/*.md") + GetFiles("docs/tutorials/*.md")) CopyFile(page, $"artifacts/site/docs/{docs.GetRelativePath(page)}");
    System.IO.File.WriteAllText("artifacts/site/llms.txt", System.IO.File.ReadAllText("docs/llms.txt").Replace("](", "](docs/"));
});

var target = Argument("target", "Build");
if (new[] { "Soak", "Tour" }.Contains(target, StringComparer.OrdinalIgnoreCase)) Environment.SetEnvironmentVariable("LEDGER_SOAK", "1");
RunTarget(target);
