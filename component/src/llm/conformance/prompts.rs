//! The prompts that the suite gets.

use std::collections::BTreeMap;

use super::form::Form;
use super::media::image;
use super::question::Reply;
use super::tool::Unfit;
use crate::llm::content::{Body, Content, Contents};
use crate::llm::prompts::{Prompt, PromptArgument, PromptText, Prompted, Role};
use crate::llm::{Ask, Request};

/// A prompt that the suite gets by its name.
struct Fixture {
    name: &'static str,
    description: &'static str,
    /// Each with what it is for; all of them have to be given.
    arguments: &'static [(&'static str, &'static str)],
    /// The argument's values come in their order.
    text: fn(&Request, &[&str]) -> Result<Said, Unfit>,
}

/// What a prompt comes to.
enum Said {
    Messages(Vec<Content>),
    Ask(Ask),
}

const PROMPTS: &[Fixture] = &[
    Fixture {
        name: "test_simple_prompt",
        description: "One sentence.",
        arguments: &[],
        text: |_, _| words("This is a simple prompt for testing."),
    },
    Fixture {
        name: "test_prompt_with_arguments",
        description: "A sentence with two arguments in it.",
        arguments: &[("arg1", "First test argument"), ("arg2", "Second test argument")],
        text: |_, given| {
            words(&format!(
                "Prompt with arguments: arg1='{}', arg2='{}'",
                given[0], given[1]
            ))
        },
    },
    Fixture {
        name: "test_prompt_with_embedded_resource",
        description: "A resource, and what to do with it.",
        arguments: &[("resourceUri", "URI of the resource to embed")],
        text: |_, given| {
            Ok(Said::Messages(vec![
                Content::Resource(Contents {
                    uri: given[0].to_owned(),
                    mime_type: "text/plain".to_owned(),
                    body: Body::Text("Embedded resource content for testing.".to_owned()),
                }),
                Content::Text("Please process the embedded resource above.".to_owned()),
            ]))
        },
    },
    Fixture {
        name: "test_prompt_with_image",
        description: "A picture, and what to do with it.",
        arguments: &[],
        text: |_, _| {
            let request = Content::Text("Please analyze the image above.".to_owned());
            Ok(Said::Messages(vec![image(), request]))
        },
    },
    Fixture {
        name: "test_input_required_result_prompt",
        description: "Asks the user what it should be about.",
        arguments: &[],
        text: |request, _| about(request),
    },
];

pub(super) fn all() -> Vec<Prompt> {
    PROMPTS.iter().map(Fixture::listed).collect()
}

pub(super) fn get(request: &Request, name: &str, arguments: &BTreeMap<String, String>) -> Prompted {
    let Some(prompt) = PROMPTS.iter().find(|prompt| prompt.name == name) else {
        return Prompted::Unknown;
    };
    let mut given = Vec::new();
    for (argument, _) in prompt.arguments {
        match arguments.get(*argument) {
            Some(value) => given.push(value.as_str()),
            None => return Prompted::Invalid(format!("The prompt {name} needs the argument {argument}")),
        }
    }
    match (prompt.text)(request, &given) {
        Ok(Said::Messages(messages)) => Prompted::Text(PromptText {
            description: prompt.description.to_owned(),
            messages: messages.into_iter().map(|content| (Role::User, content)).collect(),
        }),
        Ok(Said::Ask(ask)) => Prompted::Ask(ask),
        Err(unfit) => Prompted::Invalid(unfit.why()),
    }
}

/// The arguments of a prompt; None when there is no such prompt.
pub(super) fn arguments(name: &str) -> Option<Vec<&'static str>> {
    let prompt = PROMPTS.iter().find(|prompt| prompt.name == name)?;
    Some(prompt.arguments.iter().map(|(argument, _)| *argument).collect())
}

impl Fixture {
    fn listed(&self) -> Prompt {
        let argument = |(name, description): &(&str, &str)| PromptArgument {
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            required: true,
        };
        Prompt {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            arguments: self.arguments.iter().map(argument).collect(),
        }
    }
}

fn words(text: &str) -> Result<Said, Unfit> {
    Ok(Said::Messages(vec![Content::Text(text.to_owned())]))
}

fn about(request: &Request) -> Result<Said, Unfit> {
    let key = "user_context";
    let form = Form::of_text("What context should the prompt use?", "context", &["context"]);
    let Some(reply) = Reply::to(key, request) else {
        return Ok(Said::Ask(Ask {
            questions: vec![form.question(key)],
            state: None,
        }));
    };
    let filled = form.read(reply)?;
    let context = filled.content["context"].as_str().unwrap_or("none");
    words(&format!("The context of this prompt: {context}"))
}
