using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Seal;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;
using Xunit;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>An explorer on PostgreSQL that listens on a port, and a browser.</summary>
public sealed class BrowserHost : IAsyncLifetime
{
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;
    private IPlaywright? _playwright;

    public ExplorerHost Host { get; private set; } = null!;

    internal FakeRunner Runner { get; } = new();

    internal NpgsqlDataSource DataSource => _dataSource!;

    internal LogSeal Seal { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }

        _database = await Api.ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        Seal = new LogSeal(_dataSource);
        Host = await ExplorerHost.StartAsync(
            new PostgresEventStore(_dataSource),
            options => options with { Writing = ExplorerWriting.Allowed },
            builder => builder.Services.AddSingleton(new ProjectionAdmin(_dataSource)).AddSingleton<IRunRunner>(Runner).AddSingleton(Seal),
            listens: true);
        await SampleRun.WriteAsync(Host.Ledger);
        await using var records = new ChronoStore(Host.Ledger.Store, "kettle");
        await records.UpsertAsync(new ChronoRecord { Id = "req-1", Kind = "requirement", Label = "It boils within three minutes.", Status = "active" });
        await SampleSurvey.WriteAsync(Host.Ledger);
        await SampleSurvey.LeaveDeadLettersAsync(_dataSource);
        (_playwright, Browser) = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_playwright is null)
        {
            return;
        }

        await Browser.DisposeAsync();
        _playwright.Dispose();
        await Host.DisposeAsync();
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>A page that notes what goes wrong in it and where it asks.</summary>
    public async Task<WatchedPage> OpenAsync(string path, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            TimezoneId = "Europe/Berlin",
            Locale = "en-GB",
        });
        context.SetDefaultTimeout(Chromium.Patience);
        var page = new WatchedPage(await context.NewPageAsync(), Host.Address);
        await page.GoAsync(path);
        return page;
    }
}
