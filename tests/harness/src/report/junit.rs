//! For machines: JUnit's XML, a suite a level.

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::{Line, Report, Verdict};

/// The report as JUnit's XML.
///
/// # Errors
/// When it cannot be written as XML.
pub fn junit(report: &Report) -> Result<String, quick_junit::SerializeError> {
    let mut levels: Vec<_> = report.lines.iter().map(|line| line.level).collect();
    levels.sort();
    levels.dedup();
    let mut junit = Junit::new(&report.description.name);
    for level in levels {
        let mut suite = TestSuite::new(level.to_string());
        let lines = report.lines.iter().filter(|line| line.level == level);
        suite.add_test_cases(lines.map(case));
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn case(line: &Line) -> TestCase {
    let status = match &line.verdict {
        Verdict::Holds(_) => TestCaseStatus::success(),
        Verdict::Broken(broken) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(&broken.what);
            status.set_description(format!("{}\n{}", line.says, broken.events.join("\n")));
            status
        }
        Verdict::Untried(needed) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("it needs {needed}"));
            status
        }
    };
    let mut case = TestCase::new(&line.name, status);
    case.set_classname(line.level.to_string());
    case.set_time(line.took);
    case
}
