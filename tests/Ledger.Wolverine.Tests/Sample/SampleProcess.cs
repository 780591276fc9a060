using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Npgsql;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>The sample application as a program of its own, which a test can ask and kill.</summary>
internal sealed class SampleProcess : IDisposable
{
    private const string Listening = "Now listening on: ";
    private const string Sample = "Ledger.Wolverine.Sample";
    private const string MartenApp = "MartenApp";
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _isEnded;

    private SampleProcess(Process process) => _process = process;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>The failures that it has written so far, with what follows each.</summary>
    public string Failures
    {
        get
        {
            lock (_output)
            {
                var lines = _output.ToString().Split('\n');
                return string.Join('\n', lines.Where((_, i) => lines[Math.Max(0, i - 40)..(i + 1)].Any(line => line.StartsWith("fail:", StringComparison.Ordinal))).Take(400));
            }
        }
    }

    /// <summary>Starts it, and waits until it listens.</summary>
    public static Task<SampleProcess> StartAsync(string connectionString, string engine = "marten") =>
        StartAsync(Start(Sample, "Development", connectionString, engine, []));

    /// <summary>Starts it with a port on which it receives messages of other programs, and waits until it listens.</summary>
    public static Task<SampleProcess> StartListeningAsync(string connectionString, int port) =>
        StartAsync(Start(StaticOf("marten"), "Production", connectionString, "marten", [], port: port));

    /// <summary>Starts what was built for production, with handlers that were written before, and waits until it listens.</summary>
    public static Task<SampleProcess> StartStaticAsync(string connectionString, string engine) =>
        StartAsync(Start(StaticOf(engine), "Production", connectionString, engine, []));

    /// <summary>Starts the program of the README, and waits until it listens.</summary>
    public static Task<SampleProcess> StartMartenAppAsync(string connectionString) =>
        StartAsync(Start(MartenApp, "Development", connectionString, "marten", []));

    /// <summary>Starts the program of the README as it was built for production, and waits until it listens.</summary>
    public static Task<SampleProcess> StartStaticMartenAppAsync(string connectionString) =>
        StartAsync(Start($"{MartenApp}.Static", "Production", connectionString, "marten", []));

    /// <summary>Runs one of the commands of the program of the README, as it was built for production, to the end, and gives what it printed.</summary>
    public static Task<(int Code, string Output)> RunMartenAppAsync(string connectionString, params string[] arguments) =>
        RunAsync(Start($"{MartenApp}.Static", "Production", connectionString, "marten", arguments));

    private static async Task<SampleProcess> StartAsync(Process process)
    {
        var sample = new SampleProcess(process);
        sample._process.OutputDataReceived += (_, line) => sample.Take(line.Data);
        sample._process.ErrorDataReceived += (_, line) => sample.Take(line.Data);
        sample._process.BeginOutputReadLine();
        sample._process.BeginErrorReadLine();
        sample.Http.BaseAddress = await sample._address.Task.WaitAsync(TimeSpan.FromMinutes(2));
        return sample;
    }

    /// <summary>Runs one of its commands to the end, and gives what it printed.</summary>
    public static Task<(int Code, string Output)> RunAsync(string connectionString, string folder, params string[] arguments) =>
        RunAsync(Start(Sample, "Development", connectionString, "marten", arguments, folder));

    /// <summary>The same on one of the engines, in an environment.</summary>
    public static Task<(int Code, string Output)> RunAsAsync(
        string engine, string environment, string connectionString, string folder, params string[] arguments) =>
        RunAsync(Start(Sample, environment, connectionString, engine, arguments, folder));

    /// <summary>The folder of what was built for production.</summary>
    public static string FolderOfStatic(string engine) => FolderOf(StaticOf(engine));

    /// <summary>The libraries beside the program of the README as it was built for production.</summary>
    public static IEnumerable<string> FilesOfStaticMartenApp() =>
        Directory.EnumerateFiles(FolderOf($"{MartenApp}.Static"), "*.dll").Select(path => Path.GetFileName(path));

    private static async Task<(int Code, string Output)> RunAsync(Process started)
    {
        using var process = started;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    public async Task PostAsync<T>(string path, T body) => await ShowAsync(await Http.PostAsJsonAsync(path, body));

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        Http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string StaticOf(string engine) => engine.StartsWith("native", StringComparison.Ordinal) ? $"{Sample}.StaticNative" : $"{Sample}.Static";

    private static string FolderOf(string project) => AppContext.BaseDirectory.Replace(
        Path.Combine("tests", "Ledger.Wolverine.Tests"), Path.Combine(project == MartenApp ? "samples" : "tests", project), StringComparison.Ordinal);

    private static Process Start(
        string project, string environment, string connectionString, string engine, string[] arguments, string? workingFolder = null, int? port = null)
    {
        var folder = FolderOf(project);
        var path = Path.Combine(folder, $"{project}.dll");
        var start = new ProcessStartInfo("dotnet", [path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = workingFolder ?? folder;
        start.Environment["ConnectionStrings__Postgres"] = connectionString;
        start.Environment["Engine"] = engine;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        if (engine == "marten-conjoined")
        {
            start.Environment["ConnectionStrings__Daemon"] = new NpgsqlConnectionStringBuilder(connectionString) is var daemon ? $"{daemon};Username={daemon.Username}_daemon" : "";
        }

        if (port is not null)
        {
            start.Environment["TcpPort"] = $"{port}";
        }

        return Process.Start(start)!;
    }

    private async Task ShowAsync(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}\n{_output}");
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException($"The sample has ended:\n{_output}"));
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
        {
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
        }
    }
}
