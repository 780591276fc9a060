using System.Text;
using System.Text.Json;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Schema;

namespace Ledger.Explorer.Api;

/// <summary>The schema: its migrations, and its differences from what they create.</summary>
internal static class MigrationsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var migrations = await MigratorOf(request).ListAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartArray();
            foreach (var migration in migrations)
            {
                Write(writer, migration);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Every difference between the schema and what the migrations create; an empty array means none.</summary>
    public static async Task CompareAsync(ExplorerRequest request)
    {
        var differences = await MigratorOf(request).AssertAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartArray();
            foreach (var difference in differences)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()));
                writer.WriteString("subject", difference.Subject);
                writer.WriteString("expected", difference.Expected);
                writer.WriteString("actual", difference.Actual);
                writer.WriteString("message", difference.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    public static async Task SendScriptAsync(ExplorerRequest request)
    {
        var script = Encoding.UTF8.GetBytes(MigratorOf(request).Script());
        request.Http.Response.ContentType = "application/sql; charset=utf-8";
        await request.Http.Response.Body.WriteAsync(script, request.Aborted).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, MigrationStatus migration)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", migration.Number);
        writer.WriteString("name", migration.Name);
        writer.WriteString("state", migration.State.ToString().ToLowerInvariant());
        writer.WriteString("checksum", migration.Checksum);
        if (migration.AppliedAt is { } appliedAt)
        {
            writer.WriteString("applied_at", appliedAt);
            writer.WriteString("applied_by", migration.AppliedBy);
        }

        writer.WriteEndObject();
    }

    private static LedgerMigrator MigratorOf(ExplorerRequest request) => request.Explorer.Migrator ?? throw new NotFoundException(
        $"The application has no {nameof(LedgerMigrator)} in its container; AddLedger registers one.");
}
