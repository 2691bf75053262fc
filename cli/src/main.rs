//! The `atomic` command.

fn main() -> std::process::ExitCode {
    atomic_cli::commands::main()
}
