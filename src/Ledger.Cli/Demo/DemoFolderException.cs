namespace Ledger.Cli.Demo;

/// <summary>A demo was refused because of its folder; nothing was written.</summary>
internal sealed class DemoFolderException(string message) : Exception(message);
