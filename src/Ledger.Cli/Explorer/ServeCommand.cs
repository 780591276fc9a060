using System.CommandLine;
using System.Net;
using Ledger.Cli.Branches;
using Ledger.Cli.Output;
using Ledger.Cli.Tenants;
using Ledger.Explorer;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Explorer;

/// <summary><c>ledger serve</c></summary>
internal sealed class ServeCommand : LedgerCommand
{
    private const int DefaultPort = 5080;

    private readonly Option<int> _port = new("--port")
    {
        Description = "The TCP port; 0 for any free one.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPort,
    };

    private readonly Option<string?> _listen = new("--listen")
    {
        Description = "The address to listen on. Default: this machine only. With another, such as 0.0.0.0, requests need a token.",
        HelpName = "IP",
    };

    private readonly Option<bool> _allowWriting = new("--allow-writing")
    {
        Description = "Also allow forking, appending and rebuilding.",
    };

    private readonly Option<bool> _allowQueries = new("--allow-queries")
    {
        Description = "Also answer questions in SQL at /api/v1/query, read-only and as the role of readers, which 'ledger roles create' makes.",
    };

    private readonly Option<string?> _tokens = new("--tokens")
    {
        Description = "A file of tokens, of which every request needs one; 'ledger token create' writes it. LEDGER_TOKEN may have one too. Default: beyond this machine, tokens that are printed at the start.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _withoutToken = new("--without-token")
    {
        Description = "Ask for no token, where a proxy checks who comes.",
    };

    private readonly Option<string[]> _host = new("--host")
    {
        Description = "A name by which browsers reach the server, such as ledger.example; may be given several times. Others are refused.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _runner = new("--runner")
    {
        Description = "A webhook that runs an agent on in a branch: POSTed to, signed with LEDGER_RUNNER_SECRET, when someone changes an event. Needs --allow-writing.",
        HelpName = "URL",
    };

    private readonly Option<bool> _allowMasking = new("--allow-masking")
    {
        Description = "Also answer POST /api/v1/masks, which replaces payloads for good, for tokens made with --mask. Needs --allow-writing and --tokens.",
    };

    private readonly Option<bool> _withoutSearchIndex = new("--without-search-index")
    {
        Description = "Do not keep the index of the search up to date meanwhile. It takes about as much space as the events; without it a search for what is rare reads the whole log.",
    };

    private readonly Option<bool> _allTenants = new("--all-tenants")
    {
        Description = "Serve the logs of all tenants, each below /tenants/NAME, with a list of them. To other machines only with --without-token, where a proxy checks who comes.",
    };

    private readonly DeepOption _deep = new();

    public ServeCommand()
        : base("serve", "Shows runs, branches, worlds and differences in a browser, until Ctrl-C.")
    {
        Add(_port);
        Add(_listen);
        Add(_allowWriting);
        Add(_allowQueries);
        Add(_allowMasking);
        Add(_tokens);
        Add(_withoutToken);
        Add(_host);
        Add(_runner);
        Add(_withoutSearchIndex);
        Add(_allTenants);
        Add(_deep.Option);
        Examples =
        [
            "ledger serve", "ledger serve --port 8080 --allow-writing", "ledger serve --listen 0.0.0.0 --tokens tokens.txt --host ledger.example",
            "ledger serve --allow-writing --runner http://localhost:3000/run", "ledger serve --all-tenants",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var endpoint = new IPEndPoint(AddressOf(session.Get(_listen)), PortOf(session.Get(_port)));
        var writing = session.Get(_allowWriting) ? ExplorerWriting.Allowed : ExplorerWriting.Off;
        if (session.Get(_allowMasking) && (writing != ExplorerWriting.Allowed || session.Get(_tokens) is null))
        {
            throw new UsageException("--allow-masking needs --allow-writing, and --tokens with a token that may mask.");
        }

        if (session.Get(_allTenants))
        {
            await ServeTenantsAsync(session, endpoint, writing, cancellationToken);
            return;
        }

        using var runner = RunnerOf(session, writing);
        var rules = _deep.RulesOf(session);
        var access = AccessOf(session, endpoint, writing);
        var hosts = new KnownHosts(endpoint.Address, session.Get(_host) ?? []);
        var options = new LedgerExplorerOptions
        {
            Writing = writing,
            Querying = session.Get(_allowQueries) ? ExplorerQuerying.Allowed : ExplorerQuerying.Off,
            Masking = session.Get(_allowMasking) ? ExplorerMasking.Allowed : ExplorerMasking.Off,
            Tokens = access.Tokens,
        };
        await using var connection = await session.ConnectAsync(cancellationToken);
        await using var index = session.Get(_withoutSearchIndex) ? null : connection.NewSearchIndex();
        await (index?.StartAsync(cancellationToken) ?? Task.CompletedTask);
        await using var server = await ExplorerServer.StartAsync(connection, connection.LedgerWith(rules), endpoint, hosts, options, runner, session.Io, cancellationToken);
        if (!IPAddress.IsLoopback(endpoint.Address))
        {
            await session.Io.Error.WriteLineAsync(access.Tokens is null
                ? $"ledger: anyone who can reach this machine can read{(writing == ExplorerWriting.Allowed ? " and change" : "")} the log; there is no password."
                : "ledger: tokens and pages are sent unencrypted; on a network that others can read, put a proxy with TLS in front.");
        }

        Print(session, ServedAccess.Reachable(server.Address, endpoint.Address), access, options, runner?.Address, index is not null);
        await session.Out.FlushAsync();
        await ExplorerServer.WaitAsync(cancellationToken);
    }

    private async Task ServeTenantsAsync(Session session, IPEndPoint endpoint, ExplorerWriting writing, CancellationToken cancellationToken)
    {
        if (session.Get(_tokens) is not null || session.Get(_runner) is not null || session.Get(_allowMasking) || session.Io.Environment(ServedAccess.Variable) is not null)
        {
            throw new UsageException($"--all-tenants cannot be combined with --tokens, {ServedAccess.Variable}, --runner or --allow-masking, which are for one log.");
        }

        if (!IPAddress.IsLoopback(endpoint.Address) && !session.Get(_withoutToken))
        {
            throw new UsageException("--all-tenants asks for no token: beyond this machine give --without-token too, where a proxy checks who comes.");
        }

        var options = new LedgerExplorerOptions { Writing = writing, Querying = session.Get(_allowQueries) ? ExplorerQuerying.Allowed : ExplorerQuerying.Off };
        await using var conjoined = await ConjoinedSchema.OpenAsync(session, cancellationToken);
        await using var pooled = conjoined is null ? await PoolTables.OpenAsync(session, cancellationToken) : null;
        await using var table = conjoined is null && pooled is null ? await MasterTable.OpenAsync(session, isMade: false, cancellationToken) : null;
        await using var tenants = conjoined is not null ? new TenantLedgers(conjoined, new TenantOptions { Ledger = session.Options }, session.Io.TimeProvider)
            : pooled?.LedgersOf(session) ?? table!.LedgersOf(session);
        await using var server = await ExplorerServer.StartAsync(tenants, endpoint, new KnownHosts(endpoint.Address, session.Get(_host) ?? []), options, session.Io, cancellationToken);
        Print(session, ServedAccess.Reachable(server.Address, endpoint.Address), ServedAccess.Open, options, null, isIndexing: false);
        await session.Out.FlushAsync();
        await ExplorerServer.WaitAsync(cancellationToken);
    }

    private ServedAccess AccessOf(Session session, IPEndPoint endpoint, ExplorerWriting writing)
    {
        var (file, token) = (session.Get(_tokens), session.Io.Environment(ServedAccess.Variable));
        if (session.Get(_withoutToken))
        {
            return file is null ? ServedAccess.Open : throw new UsageException("--without-token cannot be combined with --tokens.");
        }

        return file is not null || token is not null ? ServedAccess.Of(file, token, writing)
            : IPAddress.IsLoopback(endpoint.Address) ? ServedAccess.Open
            : ServedAccess.OfThisServer(writing);
    }

    private static void Print(Session session, string address, ServedAccess access, LedgerExplorerOptions options, string? runner, bool isIndexing)
    {
        var (open, read) = (access.OpenAddress(address), access.ReadAddress(address));
        var (writing, querying) = (options.Writing == ExplorerWriting.Allowed, options.Querying == ExplorerQuerying.Allowed);
        if (session.Json)
        {
            session.Out.Json(new ServerContract(address, writing, querying, open, read), ContractContext.Default.ServerContract);
            return;
        }

        session.Out.Fact("Open", open ?? address, Tone.Name);
        if (read is not null)
        {
            session.Out.Fact("Read only", read);
        }

        if (access.Tokens is not null)
        {
            session.Out.Fact("Access", open is null ? "with a token of yours" : "with the token of the address, which programs send as a bearer token; it lasts until Ctrl-C");
        }

        session.Out.Fact("Writing", writing ? "allowed" : "off; --allow-writing turns it on");
        session.Out.Fact("SQL", querying ? "questions are answered, read-only" : "off; --allow-queries turns it on");
        if (runner is not null)
        {
            session.Out.Fact("Runner", runner);
        }

        if (isIndexing)
        {
            session.Out.Fact("Search", "its index is written meanwhile, where the role may; --without-search-index turns that off");
        }

        session.Out.Line("Press Ctrl-C to stop.", Tone.Faint);
    }

    private ServedRunner? RunnerOf(Session session, ExplorerWriting writing)
    {
        const string Variable = "LEDGER_RUNNER_SECRET";
        if (session.Get(_runner) is not { } address)
        {
            return null;
        }

        if (writing != ExplorerWriting.Allowed)
        {
            throw new UsageException("--runner needs --allow-writing: a run goes on in a new branch.");
        }

        var secret = session.Io.Environment(Variable) ?? throw new UsageException(
            $"--runner needs a secret in {Variable}, by which the webhook tells that a request is from here: 'whsec_' and 24 to 64 bytes in base64, such as \"whsec_$(openssl rand -base64 32)\".");
        try
        {
            return new ServedRunner(Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : throw new UsageException($"--runner must be a URL, but was '{address}'."), secret);
        }
        catch (ArgumentException fault)
        {
            throw new UsageException($"{(fault.ParamName == "secret" ? Variable : "--runner")}: {fault.Message.Split(" (Parameter", 2)[0]}");
        }
    }

    private static IPAddress AddressOf(string? text) => text switch
    {
        null => IPAddress.Loopback,
        _ when IPAddress.TryParse(text, out var address) => address,
        _ => throw new UsageException($"--listen must be an address such as 0.0.0.0, but was '{text}'."),
    };

    private static int PortOf(int port) => port is >= 0 and <= 65_535
        ? port
        : throw new UsageException($"--port must be a whole number from 0 to 65535, but was '{port}'.");
}
