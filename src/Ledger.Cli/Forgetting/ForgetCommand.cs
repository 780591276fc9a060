using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Forgetting;

/// <summary><c>ledger forget</c></summary>
internal sealed class ForgetCommand : LedgerCommand
{
    private readonly Argument<string?> _subject = new("SUBJECT") { Description = "The subject, as events name it.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _list = new("--list") { Description = "Print the forgotten subjects, a JSON object on each line. Keep it beside the backups of the keys." };
    private readonly Option<string?> _again = new("--again") { Description = "Destroy the keys of all subjects in such a list, after a restore of the keys.", HelpName = "FILE" };

    public ForgetCommand()
        : base(
            "forget",
            "Destroys the key of a subject, for good: what an application has encrypted with it can no longer be read, in the log and in all that is derived from it. "
            + "Nothing can be encrypted for the subject later. What was not encrypted is masked by 'ledger mask --subject'.")
    {
        Add(_subject);
        Add(_list);
        Add(_again);
        Examples = ["ledger forget customer-7", "ledger forget --list > forgotten.jsonl", "ledger forget --again forgotten.jsonl"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (subject, file) = (session.Get(_subject), session.Get(_again));
        if (new[] { subject is { Length: > 0 }, session.Get(_list), file is not null }.Count(given => given) != 1 || subject is "")
        {
            throw new UsageException("Name the SUBJECT, or give --list or --again alone.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        if (session.Get(_list))
        {
            await session.Out.JsonLinesAsync(
                connection.SubjectKeys.ListForgottenAsync(cancellationToken).Select(one => new ForgottenContract(one.Subject, null, one.ForgottenAt)), ContractContext.Default.ForgottenContract);
            return;
        }

        if (file is not null)
        {
            var (subjects, destroyed) = (await ReadAsync(file, cancellationToken), 0L);
            foreach (var one in subjects)
            {
                destroyed += await connection.SubjectKeys.ForgetAsync(one, cancellationToken) ? 1 : 0;
            }

            session.Out.Fact("subjects      ", Printable.Number(subjects.Count));
            session.Out.Fact("keys destroyed", Printable.Number(destroyed));
            return;
        }

        var hadKey = await connection.SubjectKeys.ForgetAsync(subject!, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new ForgottenContract(subject!, hadKey), ContractContext.Default.ForgottenContract);
        }
        else
        {
            session.Out.Line(hadKey
                ? $"Forgot '{Printable.Of(subject!)}': its key was destroyed."
                : $"There is no key of '{Printable.Of(subject!)}', and there will be none.");
        }
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await File.ReadAllLinesAsync(file, cancellationToken)).Where(line => line.Length > 0)
                .Select(line => JsonSerializer.Deserialize(line, ContractContext.Default.ForgottenContract) is { Subject.Length: > 0 } one ? one.Subject : throw new JsonException("A line names no subject."))];
        }
        catch (JsonException fault)
        {
            throw new UsageException($"'{file}' is not what 'ledger forget --list' has printed: {fault.Message} No key was destroyed.");
        }
    }
}
