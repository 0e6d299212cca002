using OrleansSocial.Kernel;

namespace OrleansSocial.Postgres;

/// <summary>The account that PostgreSQL runs under: oneself, or the <c>postgres</c> user when oneself is root, since PostgreSQL refuses root.</summary>
internal sealed class PostgresAccount
{
    private const string User = "postgres";

    private readonly string[] _prefix;

    private PostgresAccount(string[] prefix) => _prefix = prefix;

    /// <summary>Whether PostgreSQL runs under another account than this process.</summary>
    public bool IsOther => _prefix.Length > 0;

    /// <summary>The account for this process.</summary>
    /// <exception cref="StartRefusedException">This process is root and there is no user to change to.</exception>
    public static PostgresAccount Current()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount([]);
        }

        if (!Command.Run("id", "-u", User).Succeeded)
        {
            throw new StartRefusedException(
                $"PostgreSQL refuses to run as root, and there is no user '{User}' to run it as. Install PostgreSQL from its package (apt-get install postgresql), start the silo as an ordinary user, or set ConnectionStrings__Postgres.");
        }

        if (Command.Find("setpriv") is { } setpriv)
        {
            return new PostgresAccount([setpriv, $"--reuid={User}", $"--regid={User}", "--init-groups", "--"]);
        }

        return Command.Find("runuser") is { } runuser
            ? new PostgresAccount([runuser, "-u", User, "--"])
            : throw new StartRefusedException("PostgreSQL refuses to run as root, and neither setpriv nor runuser (package util-linux) is here to change the user. Start the silo as an ordinary user, or set ConnectionStrings__Postgres.");
    }

    /// <summary>Runs a program under the account.</summary>
    public Command.Answer Run(string program, params string[] arguments)
    {
        string[] whole = [.. _prefix, program, .. arguments];
        return Command.Run(whole[0], whole[1..]);
    }

    /// <summary>Gives a folder to the account.</summary>
    public void Own(string folder)
    {
        if (IsOther)
        {
            Command.Run("chown", $"{User}:", folder);
        }
    }

    /// <summary>Whether the account can reach the folder and write in it.</summary>
    public bool CanUse(string folder) => Run("test", "-w", folder).Succeeded && Run("test", "-x", folder).Succeeded;
}
