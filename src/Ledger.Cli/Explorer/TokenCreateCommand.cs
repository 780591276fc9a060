using System.CommandLine;
using System.Text;
using Ledger.Cli.Output;
using Ledger.Explorer.Access;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Explorer;

/// <summary><c>ledger token create</c></summary>
internal sealed class TokenCreateCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The owner: letters, digits and . _ - @. It is the actor of what is written." };
    private readonly Option<bool> _write = new("--write") { Description = "It may also write, where 'ledger serve --allow-writing' runs. Default: it may read." };
    private readonly Option<bool> _mask = new("--mask") { Description = "It may also write and mask payloads for good, where 'ledger serve --allow-masking' runs." };
    private readonly Option<string?> _file = new("--file") { Description = "The file of tokens that gets its hash; created if it is not there.", HelpName = "FILE" };

    public TokenCreateCommand()
        : base("create", "Makes a token and prints it once. The file has its hash only; delete its line to withdraw the token, without a restart.")
    {
        Add(_name);
        Add(_write);
        Add(_mask);
        Add(_file);
        Examples = ["ledger token create ann --write --file tokens.txt", "ledger serve --listen 0.0.0.0 --tokens tokens.txt"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var text = ExplorerToken.Generate();
        var token = Of(session.Get(_name), session.Get(_mask) ? ExplorerRights.Mask : session.Get(_write) ? ExplorerRights.Write : ExplorerRights.Read, text);
        var file = session.Get(_file);
        if (file is not null)
        {
            await AddAsync(file, token, cancellationToken);
        }

        if (session.Json)
        {
            var made = new TokenContract(token.Name, token.Rights.ToString().ToLowerInvariant(), text, token.ToString(), file);
            session.Out.Json(made, ContractContext.Default.TokenContract);
            return;
        }

        session.Out.Fact("Token", text, Tone.Name);
        session.Out.Fact("Rights", token.Rights switch { ExplorerRights.Mask => "read, write and mask", ExplorerRights.Write => "read and write", _ => "read" });
        session.Out.Fact(file is null ? "Line" : "File", file ?? token.ToString());
        session.Out.Line("The token is stored nowhere: keep it like a password.", Tone.Faint);
    }

    private static ExplorerToken Of(string name, ExplorerRights rights, string text)
    {
        try
        {
            return new ExplorerToken(name, rights, ExplorerToken.HashOf(text));
        }
        catch (ArgumentException)
        {
            throw new UsageException($"NAME must be 1 to 100 letters, digits and . _ - @, but was '{name}'.");
        }
    }

    // One write at the end: a server that reads the file meanwhile sees all of the line or nothing of it.
    private static async Task AddAsync(string path, ExplorerToken token, CancellationToken cancellationToken)
    {
        try
        {
            if (File.Exists(path))
            {
                _ = new ExplorerTokenFile(path).Read();
            }
        }
        catch (InvalidDataException fault)
        {
            throw new RefusalException(fault.Message, FailureCodes.InvalidInput);
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        var isUnfinished = false;
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            isUnfinished = file.ReadByte() != '\n';
        }

        await file.WriteAsync(Encoding.ASCII.GetBytes($"{(isUnfinished ? "\n" : "")}{token}\n"), cancellationToken);
    }
}
