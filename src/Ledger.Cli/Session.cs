using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Cli.Profiles;
using Ledger.Cli.Streams;
using Ledger.Postgres;
using Ledger.Worlds;

namespace Ledger.Cli;

/// <summary>One call of a command: its parsed arguments and its outputs.</summary>
internal sealed class Session
{
    private readonly ParseResult _parsed;
    private readonly List<ReadStatistics> _reads = [];
    private readonly Lazy<Settings> _settings;
    private readonly Lazy<OutputFormat> _format;

    public Session(CommandIo io, ParseResult parsed)
    {
        Io = io;
        _parsed = parsed;
        Out = Printer.On(io);
        Progress = new ProgressBar(io);
        _settings = new(() => Settings.Read(io, Get(CommonOptions.Profile), parsed.CommandResult.Command is not LedgerCommand { NeedsNoProfile: true }));
        _format = new(FindFormat);
    }

    /// <summary>The streams, the environment, the clock.</summary>
    public CommandIo Io { get; }

    /// <summary>Standard output.</summary>
    public Printer Out { get; }

    /// <summary>The bar on standard error.</summary>
    public ProgressBar Progress { get; }

    /// <summary>The server that the command connects to, by host and port; null before it does.</summary>
    public string? Server { get; set; }

    /// <summary>Whose log the schema has, once a command has found or chosen it.</summary>
    public Tenancy Tenancy { get; set; }

    /// <summary>Whether the command only reads.</summary>
    public bool OnlyReads => _parsed.CommandResult.Command is LedgerCommand { OnlyReads: true };

    /// <summary>How to print.</summary>
    public OutputFormat Format => _format.Value;

    /// <summary>Whether one JSON document is asked for instead of text.</summary>
    public bool Json => Format is OutputFormat.Json;

    /// <summary>Whether a failure is reported as JSON, as programs ask for it; where the format itself is what is wrong, the options of the call count.</summary>
    public bool ReportsJson
    {
        get
        {
            try
            {
                return Format is OutputFormat.Json or OutputFormat.Ndjson;
            }
            catch (Exception fault) when (fault is UsageException or RefusalException or InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                return IsGiven(CommonOptions.Json) || _parsed.GetResult(CommonOptions.Output)?.Tokens is [{ Value: "json" or "ndjson" }, ..];
            }
        }
    }

    /// <summary>The zone in which times are shown, and read if they have no offset.</summary>
    public TimeZoneInfo Zone => (IsGiven(CommonOptions.Utc) ? Get(CommonOptions.Utc) : Settings.Profile?.Utc is true) ? TimeZoneInfo.Utc : Io.TimeZone;

    /// <summary>The user's settings: profiles and variables.</summary>
    public Settings Settings => _settings.Value;

    /// <summary>The names of the schemas. Statements have no time limit, because a person can stop them.</summary>
    public PostgresOptions Options
    {
        get
        {
            var options = new PostgresOptions
            {
                Tenancy = Tenancy,
                CommandTimeout = TimeSpan.FromMinutes(10),
                RetryFor = TimeSpan.FromSeconds(Get(CommonOptions.RetryFor) ?? Settings.Profile?.RetryFor ?? 2),
            };
            return Schema is { } schema ? options with { EventSchema = schema, LedgerSchema = schema } : options;
        }
    }

    /// <summary>The schema that was asked for, or null for the default.</summary>
    public string? Schema => Settings.FindSchema(Get(CommonOptions.Schema), Get(CommonOptions.Connection))?.Value;

    /// <summary>How to treat events that cannot be applied to a world.</summary>
    public WorldFaults Faults => Get(CommonOptions.Strict) ? WorldFaults.Throw : WorldFaults.Skip;

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    /// <summary>Whether the call has an option.</summary>
    public bool IsGiven(Option option) => _parsed.GetResult(option) is { Implicit: false };

    /// <summary>The moment that an option names, or null if it is not given.</summary>
    public DateTimeOffset? Get(Option<GivenTime?> option) => _parsed.GetValue(option)?.Resolve(Io.TimeProvider.GetUtcNow(), Zone);

    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>The costs of this call's reads, in order; empty without <c>--stats</c>.</summary>
    public IReadOnlyList<ReadStatistics> Reads => Get(CommonOptions.Stats) ? _reads : [];

    /// <summary>A collector for a read of this call.</summary>
    public ReadStatistics NewRead(IProgress<long>? progress = null)
    {
        var statistics = new ReadStatistics(progress);
        _reads.Add(statistics);
        return statistics;
    }

    /// <summary>Prints rows if JSON Lines or CSV are asked for, and returns whether they are.</summary>
    public async Task<bool> ListAsync<T>(IAsyncEnumerable<T> rows, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (Format is not (OutputFormat.Ndjson or OutputFormat.Csv))
        {
            return false;
        }

        await RowWriter.WriteAsync(Out, Format, rows, type, cancellationToken);
        return true;
    }

    /// <summary>The same for rows in memory, the first page of which may be followed by another.</summary>
    public async Task<bool> ListAsync<T>(IEnumerable<T> rows, JsonTypeInfo<T> type, CancellationToken cancellationToken, string? next = null)
    {
        var isDone = await ListAsync(rows.ToAsyncEnumerable(), type, cancellationToken);
        if (isDone && next is not null)
        {
            await Out.FlushAsync();
            await Io.Error.WriteLineAsync($"ledger: There is more: {next}");
        }

        return isDone;
    }

    /// <summary>The same call with its output elsewhere.</summary>
    public Session WithOutput(Stream output) => new(Io with { Output = output }, _parsed);

    /// <summary>Checks the options that every command takes, before anything is done.</summary>
    /// <exception cref="UsageException">One has a value that it cannot have here.</exception>
    public void CheckOptions() => _ = _format.Value;

    /// <summary>Connects to the database and makes sure that its schema is up to date.</summary>
    public Task<LedgerConnection> ConnectAsync(CancellationToken cancellationToken) =>
        LedgerConnection.OpenAsync(this, cancellationToken);

    private OutputFormat FindFormat()
    {
        if (Get(CommonOptions.Json))
        {
            return Get(CommonOptions.Output) is null or "json" ? OutputFormat.Json : throw new UsageException("--json and --output both say how to print; give one.");
        }

        // To a profile an empty format says that it has none.
        var given = Get(CommonOptions.Output) is "" && _parsed.CommandResult.Command is ProfileSetCommand ? null : Get(CommonOptions.Output);
        if (Settings.Find(CommonOptions.Output.Name, given, "LEDGER_OUTPUT", profile => profile.Output) is not var (source, name))
        {
            return OutputFormat.Table;
        }

        var format = Enum.GetValues<OutputFormat>().Cast<OutputFormat?>().FirstOrDefault(known => known.ToString()!.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"{source} must be one of table, json, ndjson, csv, but was '{name}'.");
        if (format is OutputFormat.Table or OutputFormat.Json || _parsed.CommandResult.Command is LedgerCommand { ListsRows: true })
        {
            return format;
        }

        // A usual format is for what has it.
        return source == CommonOptions.Output.Name
            ? throw new UsageException($"This command lists no rows: --output is table or json here, but was '{name}'.")
            : format is OutputFormat.Ndjson ? OutputFormat.Json : OutputFormat.Table;
    }
}
