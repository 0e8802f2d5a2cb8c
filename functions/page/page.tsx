document.body.append('Cliptag');
