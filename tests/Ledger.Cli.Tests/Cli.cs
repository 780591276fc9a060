using System.Text;
using System.Text.Json;
using Npgsql;

namespace Ledger.Cli.Tests;

/// <summary>The command, called in this process.</summary>
internal sealed record Cli
{
    public string? ConnectionString { get; init; }

    /// <summary>Connections to the database that stay open between commands: a server plans everything again on a new one, which takes longer than most commands.</summary>
    public NpgsqlDataSource? DataSource { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string Input { get; init; } = "";

    public TimeProvider TimeProvider { get; init; } = new ImmediateTimeProvider();

    public int? OutputWidth { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    public Func<string, Ledger.Cli.Output.Pager?> StartPager { get; init; } = static _ => null;

    /// <summary>Where standard output goes; a memory stream unless given.</summary>
    public Stream? Output { get; init; }

    public Task<CliResult> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public async Task<CliResult> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        using var error = new StringWriter { NewLine = "\n" };
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Input));
        var exitCode = await CommandLine.InvokeAsync(args, Io(Output ?? memory, error, input), cancellationToken);
        return new CliResult(exitCode, Encoding.UTF8.GetString(memory.ToArray()), error.ToString());
    }

    /// <summary>Runs a command that must succeed, and reads what it prints as JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] args)
    {
        var result = await RunAsync([.. args, "--json"]);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"Exit code {result.ExitCode}: {result.Error}");
        }

        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    /// <summary>The connection string as the command connects with it.</summary>
    public static string AddressOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "ledger" }.ConnectionString;

    internal CommandIo Io(Stream output, TextWriter error, Stream input) => new()
    {
        Output = output,
        Error = error,
        Input = input,
        Environment = name => Environment.GetValueOrDefault(name) ?? (name == "LEDGER_POSTGRES" ? ConnectionString : null),
        SharedDataSource = asked => DataSource is not null && asked == AddressOf(ConnectionString!) ? DataSource : null,
        TimeProvider = TimeProvider,
        OutputWidth = OutputWidth,
        ErrorIsTerminal = ErrorIsTerminal,
        TimeZone = TimeZone,
        StartPager = StartPager,
    };
}
